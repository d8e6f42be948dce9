// Where the page gets what it shows: a live run over a websocket, or finished runs
// over plain requests. All addresses are relative, so the page works behind tunnels.

const token = new URLSearchParams(location.search).get("token") ?? "";

function address(path, query = {}) {
  const url = new URL(path, location.href);
  url.search = new URLSearchParams({ ...query, token });
  return url;
}

async function get(path, query) {
  const answer = await fetch(address(path, query));
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer;
}

export const runs = async () => (await get("api/runs")).json();

// Live is a run that goes on. news is given the messages, frame the pictures, and
// lost is told when the connection is, and whether the run has ended.
export class Live {
  constructor({ news, frame, lost }) {
    Object.assign(this, { news, frame, lost });
    this.wants = new Map(); // to be asked again after a reconnection
    this.connect();
  }

  connect() {
    const url = address("api/live");
    url.protocol = url.protocol.replace("http", "ws");
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.wants.forEach(m => this.send(m));
    this.socket.onmessage = async ({ data }) => {
      if (typeof data === "string") return this.news(JSON.parse(data));
      this.frame(data);
      // A page that is not seen is sent nothing.
      await new Promise(requestAnimationFrame);
      this.send({ do: "ready" });
    };
    this.socket.onclose = e => {
      const ended = e.code === 1000;
      this.lost(ended);
      if (!ended) setTimeout(() => this.connect(), 2000);
    };
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  want(message) {
    this.wants.set(message.do, message);
    this.send(message);
  }

  view(view) { this.want({ do: "view", view }); }
  inspect(node) { this.want({ do: "inspect", node }); }
  distribution(name) { this.want({ do: "distribution", name }); }
  command(what, more = {}) { this.send({ do: what, ...more }); }
}

// Finished runs, of which any step that was recorded can be asked for. Of pictures
// that are asked for while one is on its way only the last is fetched.
export class Finished {
  constructor(failed) { this.failed = failed; }

  async points(run) { return (await get("api/points", { run })).json(); }
  async histograms(run) { return (await get("api/histograms", { run })).json(); }
  async settings(run) { return (await get("api/settings", { run })).json(); }
  async graph(run) { return (await get("api/graph", { run })).json(); }
  async node(run, node, step, replica) { return (await get("api/node", { run, node, step, replica })).json(); }

  async picture(run, step, view, show) {
    this.next = [run, step, view, show];
    if (this.busy) return;
    this.busy = true;
    while (this.next) {
      const [run, step, view, show] = this.next;
      this.next = null;
      try {
        const query = { ...view, run, step, flip: view.flip ? 1 : 0 };
        show(await (await get("api/frame", query)).arrayBuffer(), view);
      } catch (e) { this.failed(e); }
    }
    this.busy = false;
  }
}
