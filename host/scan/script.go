package scan

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Request is what a script asks a cluster for.
type Request struct {
	Program string // path of the program, quoted for a shell
	Folder  string // of the scan, absolute, quoted likewise
	Name    string // of the job
	Shards  int
	Time    time.Duration // of a shard
	Memory  int64         // of a shard, in bytes
	CPUs    int
	Image   string // kubernetes: that has the program
	Claim   string // kubernetes: of the volume that has the folder
}

// Scripts are the kinds that there are.
func Scripts() []string { return []string{"slurm", "kubernetes", "parallel"} }

// Script writes what has a cluster make a scan, as it stands.
func Script(kind string, r Request) (string, error) {
	switch kind {
	case "slurm":
		return r.slurm(), nil
	case "kubernetes":
		return r.kubernetes(), nil
	case "parallel":
		return r.parallel(), nil
	}
	return "", fmt.Errorf("there is no script for %q: use %s", kind, strings.Join(Scripts(), ", "))
}

// slurm is an array job. Two minutes before the time limit the program is told, saves
// what takes long, and has itself queued again. The shell is replaced by the program,
// which therefore gets the signal itself.
func (r Request) slurm() string {
	return fmt.Sprintf(`#!/bin/sh
#SBATCH --job-name=%s
#SBATCH --array=0-%d
#SBATCH --time=%s
#SBATCH --mem=%dM
#SBATCH --cpus-per-task=%d
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@120
# "sh THIS-FILE" on a login node submits the array, and after it a job that makes the
# tables of what there is, should a task fail or be cancelled.
if [ -z "${SLURM_JOB_ID-}" ]; then
	job=$(sbatch --parsable "$0")
	job=${job%%%%;*}
	sbatch --dependency=afterany:"$job" --job-name=%s-merge --time=00:10:00 --mem=1000M --wrap=%s
	exit
fi
exec %s scan %s/config.toml --out %s --shard slurm --threads %d --requeue
`, r.Name, r.Shards-1, clock(r.Time), megabytes(r.Memory), r.CPUs, r.Name,
		quoted(fmt.Sprintf("%s scan merge %s --partial", r.Program, r.Folder)), r.Program, r.Folder, r.Folder, r.CPUs)
}

// clock is a time as Slurm has it.
func clock(t time.Duration) string {
	s := int(t.Round(time.Second).Seconds())
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// quoted is a text as a word of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func megabytes(bytes int64) int64 { return max(1, (bytes+999_999)/1_000_000) }

// parallel runs as many shards at a time as there are, on this machine.
func (r Request) parallel() string {
	return fmt.Sprintf(`#!/bin/sh
# GNU parallel; with --sshloginfile HOSTS on several machines that share the folder.
seq 0 %d | parallel --quote --jobs %d %s scan %s/config.toml --out %s --shard {}/%d --threads %d
exec %s scan merge %s
`, r.Shards-1, r.Shards, r.Program, r.Folder, r.Folder, r.Shards, r.CPUs, r.Program, r.Folder)
}

// kubernetes is an indexed job. A pod that is moved is told with SIGTERM, saves what
// takes long, and is made again, as is one that ends with 75; a scan that is
// impossible (2) is not tried again.
func (r Request) kubernetes() string {
	return fmt.Sprintf(`apiVersion: batch/v1
kind: Job
metadata:
  name: %[1]s
spec:
  completionMode: Indexed
  completions: %[2]d
  parallelism: %[2]d
  backoffLimitPerIndex: 3
  podFailurePolicy:
    rules:
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
            status: "True"
      - action: Ignore
        onExitCodes:
          operator: In
          values: [75]
      - action: FailIndex
        onExitCodes:
          operator: In
          values: [2]
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 60
      containers:
        - name: scan
          image: %[3]q
          command: ["tnn-gpu"]
          args: ["scan", "/scan/config.toml", "--out", "/scan", "--shard", "$(JOB_COMPLETION_INDEX)/%[2]d", "--threads", "%[4]d"]
          env:
            - name: JOB_COMPLETION_INDEX
              valueFrom:
                fieldRef:
                  fieldPath: metadata.annotations['batch.kubernetes.io/job-completion-index']
          resources:
            requests: {cpu: "%[4]d", memory: "%[5]dM"}
            limits: {memory: "%[5]dM"}
          volumeMounts:
            - name: scan
              mountPath: /scan
      volumes:
        - name: scan
          persistentVolumeClaim:
            claimName: %[6]q
`, r.Name, r.Shards, r.Image, r.CPUs, megabytes(r.Memory), r.Claim)
}

// largest is the point with the most memory, and what that is, all trials together.
func (s *Scan) largest() (point int, need int64, err error) {
	for i, c := range s.configs {
		p, err := state.ParsePrecision(c.Run.Precision)
		if err != nil {
			return 0, 0, err
		}
		if host, _ := c.Spec.Need(p, s.Plan.Trials); host > need {
			point, need = i, host
		}
	}
	return point, need, nil
}

// Memory is what a shard takes at most, with the program's own.
func (s *Scan) Memory() (int64, error) {
	const own = 500 << 20
	_, need, err := s.largest()
	return own + 3*need, err
}

// Time is what a shard takes at most: twice that of its share, if each point takes as long
// as the one with the most memory, a step of which is measured on what open gives. A step
// on cpus cores is taken to be as many times as fast.
func (s *Scan) Time(ctx context.Context, shards, cpus int, open func(c *config.Config, n model.Network, keys []uint64) (backend.Backend, error)) (time.Duration, error) {
	const (
		least = 10 * time.Minute
		most  = 24 * time.Hour // what is longer is saved, and queued again
	)
	point, _, err := s.largest()
	if err != nil {
		return 0, err
	}
	c, seed := s.configs[point], s.Plan.Points[point].Seed
	n, err := c.Spec.Build(seed, nil)
	if err != nil {
		return 0, c.Locate(err)
	}
	b, err := open(c, n, []uint64{c.Spec.Key(seed, 0, 1)})
	if err != nil {
		return 0, err
	}
	step, err := timeOfStep(ctx, b, c.Spec.Steps())
	if err := errors.Join(err, b.Close()); err != nil {
		return 0, fmt.Errorf("the time of a step cannot be measured: %w", err)
	}
	points := math.Ceil(float64(len(s.Plan.Points)) / float64(shards))
	seconds := 2 * step.Seconds() * float64(c.Spec.Steps()) * float64(s.Plan.Trials) * points / float64(cpus)
	if seconds >= most.Seconds() {
		return most, nil
	}
	return max(least, time.Duration(seconds*float64(time.Second)).Round(time.Minute)), nil
}

// timeOfStep makes steps of a run for about a second, at least one of them, and tells
// what each takes once they are many.
func timeOfStep(ctx context.Context, b backend.Backend, steps int64) (time.Duration, error) {
	for made, n := int64(0), int64(1); ; made, n = made+n, min(2*n, steps-made-n) {
		began := time.Now()
		if _, err := b.Advance(int(n)); err != nil {
			return 0, err
		}
		took := time.Since(began)
		if took >= time.Second/2 || made+n >= steps || ctx.Err() != nil {
			return took / time.Duration(n), ctx.Err()
		}
	}
}
