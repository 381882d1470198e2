// Package rules holds what the plugin knows of Lockstep: where pod templates name ConfigMaps and Secrets, how versions
// are named, and what the annotations say.
package rules

import (
	_ "embed"
	"encoding/json"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// fields.json is the server's own table; a test of the server compares the two.
//
//go:embed fields.json
var fieldsJSON []byte

// Field is a field of a pod's spec that names a ConfigMap or Secret.
type Field struct {
	// Kind is "ConfigMap" or "Secret".
	Kind string `json:"kind"`
	// Path leads from the pod's spec to the object that holds the name; [] stands for each item of a list.
	Path string `json:"path"`
	// Name is the field of that object which is the name.
	Name string `json:"name"`
	// Keys says how that object names the keys it needs: NONE, ONE or ITEMS.
	Keys string `json:"keys"`

	steps []string
}

// Revisions is a resource whose objects each hold a former template of the workload that owns them.
type Revisions struct {
	Group    string `json:"group"`
	Version  string `json:"version"`
	Resource string `json:"resource"`
	Template string `json:"template"`
}

// WorkloadKind is a kind of object that has a pod template.
type WorkloadKind struct {
	Group    string `json:"group"`
	Version  string `json:"version"`
	Resource string `json:"resource"`
	Kind     string `json:"kind"`
	// Template is a JSON pointer to the pod template; empty where the object itself is the pod.
	Template string `json:"template"`
	// Mutable says whether the template can be changed once it is persisted.
	Mutable   bool       `json:"mutable"`
	Revisions *Revisions `json:"revisions,omitempty"`
}

type table struct {
	References []Field        `json:"references"`
	Workloads  []WorkloadKind `json:"workloads"`
	Custom     []WorkloadKind `json:"custom"`
}

var fields = load()

func load() table {
	var t table
	if err := json.Unmarshal(fieldsJSON, &t); err != nil {
		panic("fields.json: " + err.Error())
	}
	for i := range t.References {
		t.References[i].steps = strings.Split(t.References[i].Path, ".")
	}
	return t
}

// Kinds are the kinds that every cluster has.
func Kinds() []WorkloadKind { return fields.Workloads }

// CustomKinds are those that the server knows where nothing else is configured; their CRD need not be there.
func CustomKinds() []WorkloadKind { return fields.Custom }

// GVR is how the API's paths name the kind.
func (k WorkloadKind) GVR() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: k.Group, Version: k.Version, Resource: k.Resource}
}

// GVR is how the API's paths name the revisions.
func (r Revisions) GVR() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: r.Group, Version: r.Version, Resource: r.Resource}
}

// Singular is what people write: deployment.
func (k WorkloadKind) Singular() string { return strings.ToLower(k.Kind) }

var shortNames = map[string]string{
	"deploy": "Deployment", "sts": "StatefulSet", "ds": "DaemonSet", "rs": "ReplicaSet", "cj": "CronJob",
	"rc": "ReplicationController", "po": "Pod",
}

// Short is what people type: deploy for a Deployment.
func Short(kind string) string {
	for short, long := range shortNames {
		if long == kind {
			return short
		}
	}
	return strings.ToLower(kind)
}

// KindOf finds the kind that people mean by deploy, deployment, deployments, deployments.apps or Deployment.
func KindOf(word string, more []WorkloadKind) (WorkloadKind, bool) {
	word = strings.ToLower(word)
	name, group, _ := strings.Cut(word, ".")
	for _, kind := range append(append([]WorkloadKind{}, fields.Workloads...), more...) {
		if group != "" && group != kind.Group && group != kind.Version+"."+kind.Group {
			continue
		}
		if name == kind.Singular() || name == kind.Resource || strings.EqualFold(shortNames[name], kind.Kind) && shortNames[name] != "" {
			return kind, true
		}
	}
	return WorkloadKind{}, false
}
