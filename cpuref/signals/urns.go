package signals

import (
	"tnn-gpu/host/rng"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/state"
)

// urns is a population that plays Lewis's game (docs/signals.md section 1).
type urns struct {
	net        *signals.Network
	game       *signals.LewisTable
	replica    int
	population uint32
	key        [2]uint32
	weights    []int32 // of states
	noise      uint64  // in units of 2^-32
	forget     uint64

	speaker  []int32 // [state][signal]
	listener []int32 // [listener][signal][act]
	wins     *int32
}

func newUrns(net *signals.Network, replica int, key uint64) *urns {
	l := &net.Of(replica).Lewis
	return &urns{
		net: net, game: l, replica: replica, population: net.Population(replica), key: rng.Key(key),
		weights: l.StateWeights(), noise: signals.Share(l.Noise), forget: signals.Share(l.Forget),
	}
}

func (u *urns) bind(s *state.State) {
	u.speaker, u.listener = u.net.Urns(s, u.replica)
	u.wins = &s.Array(signals.Wins).Ints[u.replica]
}

// advance makes play t. Device twin: signals_play.
func (u *urns) advance(t uint32) {
	n, m := u.game.States, u.game.Signals
	d := u.game.DrawsOf(u.key, u.population, t)
	s := signals.Pick(u.weights, d.State)
	says := u.speaker[s*m : (s+1)*m]
	sent := signals.Pick(says, d.Signal)
	heard := sent
	if uint64(d.Noise) < u.noise {
		heard = (sent + 1 + int(uint64(d.Other)*uint64(m-1)>>32)) % m
	}
	who := int(uint64(d.Listener) * uint64(u.game.Listeners) >> 32)
	does := u.listener[(who*m+heard)*n:][:n]
	act := signals.Pick(does, d.Act)
	if act == s {
		says[sent]++
		does[act]++
		*u.wins++
	} else if u.game.Punish > 0 {
		says[sent] = max(1, says[sent]-int32(u.game.Punish))
		does[act] = max(1, does[act]-int32(u.game.Punish))
	}
	if u.forget > 0 {
		u.lose(says, d.Loss, d.Lost)
		u.lose(does, d.AnswerLoss, d.AnswerOut)
	}
}

// lose takes a ball from an urn with the probability that one of its balls is lost, each
// at the rate of forgetting. A kind keeps its last ball. Device twin: signals_lose.
func (u *urns) lose(urn []int32, chance, which uint32) {
	total := uint64(0)
	for _, b := range urn {
		total += uint64(b)
	}
	if uint64(chance) >= u.forget*total {
		return
	}
	if k := signals.Pick(urn, which); urn[k] > 1 {
		urn[k]--
	}
}
