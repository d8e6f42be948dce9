//go:build ignore

// Package manifest_test checks what the program writes for Kubernetes against the
// types of its API. What it needs for that is no requirement of the program: `make
// test-manifest` runs this file alone, with tools/manifest.mod.
package manifest_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// decode takes no field that the API does not have, letter by letter, and none twice.
func decode(text string) (*batch.Job, error) {
	job := &batch.Job{}
	fields, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		return nil, err
	}
	strict, err := json.UnmarshalStrict(fields, job)
	return job, errors.Join(append(strict, err)...)
}

// manifest is what the program writes for a scan of 6 points, as shares of 2 cores.
func manifest(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	program, folder := filepath.Join(dir, "tnn-gpu"), filepath.Join(dir, "My scan")
	run := func(at, name string, args ...string) string {
		c := exec.Command(name, args...)
		c.Dir, c.Stderr = at, os.Stderr
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%s: %v", strings.Join(c.Args, " "), err)
		}
		return string(out)
	}
	run(filepath.Join("..", ".."), "go", "build", "-o", program, "./cmd/tnn-gpu")
	run(dir, program, "scan", "--preset", "isolated4", "--over", "edge.bound=1,2,3,4,5,6", "--out", folder, "--prepare")
	return run(dir, program, "scan", "script", "kubernetes", folder, "--shards", "3", "--cpus", "2",
		"--image", "registry.example:5000/tnn-gpu@sha256:"+strings.Repeat("0a", 32), "--claim", "results")
}

// TestManifest decodes the manifest strictly: a field that the API does not have, or
// of another type, is an error. Then it checks what the API server would.
func TestManifest(t *testing.T) {
	text := manifest(t)
	job, err := decode(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if job.APIVersion != batch.SchemeGroupVersion.String() || job.Kind != "Job" {
		t.Errorf("it is a %s of %s", job.Kind, job.APIVersion)
	}
	// The names of an Indexed Job's pods end with its index, and are labels.
	if wrong := validation.IsDNS1123Label(job.Name + "-2"); wrong != nil {
		t.Errorf("the name %q: %v", job.Name, wrong)
	}
	spec, pod := job.Spec, job.Spec.Template.Spec
	if spec.CompletionMode == nil || *spec.CompletionMode != batch.IndexedCompletion || *spec.Completions != 3 || *spec.Parallelism != 3 {
		t.Errorf("its completions are %v, %v of %v at a time", spec.CompletionMode, spec.Parallelism, spec.Completions)
	}
	// Rules for failures, and limits for each index, are allowed with Never alone.
	if pod.RestartPolicy != core.RestartPolicyNever || *spec.BackoffLimitPerIndex != 3 {
		t.Errorf("restarts are %s, failures of an index %v", pod.RestartPolicy, spec.BackoffLimitPerIndex)
	}
	if *pod.TerminationGracePeriodSeconds < 60 {
		t.Errorf("a pod has %d s to save", *pod.TerminationGracePeriodSeconds)
	}
	checkRules(t, spec.PodFailurePolicy.Rules)
	checkStrict(t, text)
	c := pod.Containers[0]
	if len(pod.Containers) != 1 || len(pod.Volumes) != 1 || pod.Volumes[0].PersistentVolumeClaim.ClaimName != "results" ||
		c.VolumeMounts[0].Name != pod.Volumes[0].Name || c.VolumeMounts[0].MountPath != "/scan" {
		t.Errorf("the volume is not where the folder is: %+v, %+v", pod.Volumes, c.VolumeMounts)
	}
	if c.Env[0].Name != "JOB_COMPLETION_INDEX" || c.Env[0].ValueFrom.FieldRef.FieldPath != "metadata.annotations['"+batch.JobCompletionIndexAnnotation+"']" {
		t.Errorf("the index is taken from %+v", c.Env[0])
	}
	if !strings.Contains(strings.Join(c.Args, " "), "--shard $(JOB_COMPLETION_INDEX)/3 ") {
		t.Errorf("the arguments are %q", c.Args)
	}
	if two := resource.MustParse("2"); c.Resources.Requests.Cpu().Cmp(two) != 0 || c.Resources.Requests.Memory().Cmp(resource.MustParse("100M")) < 0 {
		t.Errorf("it asks for %v", c.Resources.Requests)
	}
}

// checkRules: pods that are moved, or that end with 75, do not count; what is
// impossible is not tried again.
func checkRules(t *testing.T, rules []batch.PodFailurePolicyRule) {
	t.Helper()
	var ignored, failed []int32
	moved := false
	for _, r := range rules {
		switch {
		case r.Action == batch.PodFailurePolicyActionIgnore && r.OnExitCodes != nil && r.OnExitCodes.Operator == batch.PodFailurePolicyOnExitCodesOpIn:
			ignored = append(ignored, r.OnExitCodes.Values...)
		case r.Action == batch.PodFailurePolicyActionFailIndex && r.OnExitCodes != nil && r.OnExitCodes.Operator == batch.PodFailurePolicyOnExitCodesOpIn:
			failed = append(failed, r.OnExitCodes.Values...)
		case r.Action == batch.PodFailurePolicyActionIgnore && len(r.OnPodConditions) == 1:
			moved = r.OnPodConditions[0].Type == core.DisruptionTarget && r.OnPodConditions[0].Status == core.ConditionTrue
		}
	}
	if len(ignored) != 1 || ignored[0] != 75 || len(failed) != 1 || failed[0] != 2 || !moved {
		t.Errorf("exit codes %v do not count, %v are not tried again, pods that are moved count: %v", ignored, failed, !moved)
	}
}

// checkStrict: what is no manifest is found.
func checkStrict(t *testing.T, text string) {
	t.Helper()
	for from, to := range map[string]string{
		"backoffLimitPerIndex: 3": "backoffLimitPerIndx: 3",
		"completions: 3":          "completions: three",
		"containers:":             "container:",
		"mountPath: /scan":        "mountpath: /scan",
		"parallelism: 3":          "completions: 3",
	} {
		if _, err := decode(strings.Replace(text, from, to, 1)); err == nil {
			t.Errorf("%q is taken", to)
		}
	}
}
