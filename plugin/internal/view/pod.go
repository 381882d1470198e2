package view

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"lockstep.dev/kubectl-lockstep/internal/rules"
)

// Pod is one that belongs to a workload.
type Pod struct {
	Name string
	// Status as kubectl says it: Running, CrashLoopBackOff, Unschedulable.
	Status string
	Ready  bool
	// Trouble: it doesn't run, and won't unless something changes.
	Trouble bool
	// Done: it has ended as it should.
	Done bool
	// Message says why, in the words of who knows.
	Message  string
	Restarts int64
	Created  string
	// Has are the versions that its containers really read.
	Has rules.Bindings
	// Reads are heads that it names bare.
	Reads []rules.Head
	// revision is the uid of its ReplicaSet, or its label.
	owner, hash string
}

// Reasons of which a container doesn't get out by itself.
var troubles = map[string]bool{
	"CrashLoopBackOff": true, "CreateContainerConfigError": true, "CreateContainerError": true, "ErrImagePull": true,
	"ImagePullBackOff": true, "InvalidImageName": true, "RunContainerError": true, "ImageInspectError": true,
	"ErrImageNeverPull": true, "StartError": true, "OOMKilled": true, "Error": true,
}

func newPod(object *unstructured.Unstructured) *Pod {
	pod := &Pod{
		Name:    object.GetName(),
		Created: object.GetCreationTimestamp().UTC().Format("2006-01-02T15:04:05Z"),
		Has:     rules.Bindings{},
		hash:    object.GetLabels()["controller-revision-hash"],
	}
	for _, reference := range rules.References(podSpec(object.Object)) {
		if base, version, ok := rules.SplitVersion(reference.Head.Name); ok {
			pod.Has[rules.Head{Kind: reference.Head.Kind, Name: base}] = version
		} else {
			pod.Reads = append(pod.Reads, reference.Head)
		}
	}
	pod.state(object)
	return pod
}

func (p *Pod) state(object *unstructured.Unstructured) {
	status, _ := object.Object["status"].(map[string]any)
	p.Status, _ = status["phase"].(string)
	if reason, _ := status["reason"].(string); reason != "" {
		p.Status = reason
	}
	p.Done = p.Status == "Succeeded"
	p.Trouble = p.Status == "Failed" || p.Status == "Evicted"
	for _, item := range list(status, "conditions") {
		condition, _ := item.(map[string]any)
		switch condition["type"] {
		case "Ready":
			p.Ready = condition["status"] == "True"
		case "PodScheduled":
			if condition["reason"] == "Unschedulable" && condition["status"] == "False" {
				p.Status, p.Trouble = "Unschedulable", true
				p.Message, _ = condition["message"].(string)
			}
		}
	}
	for _, field := range []string{"initContainerStatuses", "containerStatuses"} {
		for _, item := range list(status, field) {
			container, _ := item.(map[string]any)
			if restarts, ok := container["restartCount"].(int64); ok {
				p.Restarts += restarts
			}
			state, _ := container["state"].(map[string]any)
			waiting, _ := state["waiting"].(map[string]any)
			if reason, _ := waiting["reason"].(string); reason != "" && !p.Trouble {
				p.Status = reason
				if troubles[reason] {
					p.Trouble = true
					p.Message, _ = waiting["message"].(string)
				}
			}
			ended, _ := state["terminated"].(map[string]any)
			if reason, _ := ended["reason"].(string); troubles[reason] && !p.Trouble {
				p.Status, p.Trouble = reason, true
			}
		}
	}
	if p.Status == "" {
		p.Status = "Unknown"
	}
	if object.GetDeletionTimestamp() != nil {
		p.Status, p.Trouble = "Terminating", false
	}
}

// Gone says whether it is on its way out.
func (p *Pod) Gone() bool { return p.Status == "Terminating" }

func list(object map[string]any, field string) []any {
	items, _ := object[field].([]any)
	return items
}

func (s *Snapshot) takePods(pods []unstructured.Unstructured, sets []metav1.PartialObjectMetadata) {
	workloads := map[string]bool{}
	for _, workload := range s.Workloads {
		workloads[string(workload.Object.GetUID())] = true
	}
	above := map[string]string{}
	for i := range sets {
		if owner := metav1.GetControllerOfNoCopy(&sets[i]); owner != nil {
			above[string(sets[i].UID)] = string(owner.UID)
		}
	}
	for uid, revisions := range s.Revisions {
		for _, revision := range revisions {
			above[string(revision.Object.GetUID())] = uid
		}
	}
	for i := range pods {
		owner := metav1.GetControllerOfNoCopy(&pods[i])
		if owner == nil {
			continue
		}
		uid := string(owner.UID)
		pod := newPod(&pods[i])
		pod.owner = uid
		if top, ok := above[uid]; ok {
			uid = top
		}
		if workloads[uid] {
			s.Pods[uid] = append(s.Pods[uid], pod)
		}
	}
}

// Readiness of a workload's pods.
type Readiness struct {
	Ready   int64  `json:"ready"`
	Wanted  int64  `json:"wanted"`
	Trouble int64  `json:"inTrouble"`
	Reason  string `json:"reason,omitempty"`
	// Counts says whether the workload keeps pods at all.
	Counts bool `json:"-"`
}

func (r Readiness) String() string {
	if !r.Counts {
		return ""
	}
	text := fmt.Sprintf("%d/%d", r.Ready, r.Wanted)
	switch {
	case r.Trouble > 0:
		text += fmt.Sprintf(", %d %s", r.Trouble, r.Reason)
	case r.Reason != "":
		text += ", " + r.Reason
	}
	return text
}

// ReadinessOf a workload, from its own status and its pods.
func (s *Snapshot) ReadinessOf(workload *Workload) Readiness {
	result := Readiness{Counts: true}
	switch workload.Kind.Kind {
	case "DaemonSet":
		result.Wanted, _, _ = unstructured.NestedInt64(workload.Object.Object, "status", "desiredNumberScheduled")
		result.Ready, _, _ = unstructured.NestedInt64(workload.Object.Object, "status", "numberReady")
	case "CronJob", "PodTemplate", "Job", "Pod":
		return Readiness{}
	default:
		result.Wanted = 1
		if replicas, found, _ := unstructured.NestedInt64(workload.Object.Object, "spec", "replicas"); found {
			result.Wanted = replicas
		}
		result.Ready, _, _ = unstructured.NestedInt64(workload.Object.Object, "status", "readyReplicas")
	}
	for _, pod := range s.Pods[string(workload.Object.GetUID())] {
		if pod.Trouble {
			result.Trouble++
			if result.Reason == "" {
				result.Reason = pod.Status
			}
		}
	}
	if result.Reason == "" && strings.HasPrefix(stuck(workload), "ProgressDeadlineExceeded") {
		result.Reason = "stuck"
	}
	return result
}

// stuck is the reason for which a rollout goes on no more.
func stuck(workload *Workload) string {
	status, _ := workload.Object.Object["status"].(map[string]any)
	for _, item := range list(status, "conditions") {
		condition, _ := item.(map[string]any)
		if condition["type"] == "Progressing" && condition["status"] == "False" {
			reason, _ := condition["reason"].(string)
			return reason
		}
	}
	return ""
}

// Replicas that a workload is to have.
func Replicas(workload *Workload) int64 {
	if workload.Kind.Kind == "DaemonSet" {
		wanted, _, _ := unstructured.NestedInt64(workload.Object.Object, "status", "desiredNumberScheduled")
		return wanted
	}
	if replicas, found, _ := unstructured.NestedInt64(workload.Object.Object, "spec", "replicas"); found {
		return replicas
	}
	if workload.Kind.Kind == "CronJob" || workload.Kind.Kind == "PodTemplate" {
		return 0
	}
	return 1
}
