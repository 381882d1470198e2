package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"lockstep.dev/bench/internal/cluster"
)

const (
	namespace = "bench-start"
	// How many heads of 1 MiB there are.
	large    = 25
	kibibyte = 1024
	mebibyte = 1024 * kibibyte
)

// review is what is sent, and what a right answer has besides its uid.
type review struct {
	path  string
	body  []byte
	patch string // what the patch has to hold; "" where any will do
}

// mix are reviews as clusters send them.
type mix struct {
	unchanged  review   // needs no API call
	deployment review   // two references to heads that are there; a dry run
	updates    []review // new content for a ConfigMap, 1 KiB to 64 KiB
	large      []review // the same of 1 MiB, each of another ConfigMap
}

const uid = "bench"

// fill makes the small heads, through the API server and so through Lockstep, and the reviews of what came of them.
func fill(c *cluster.Cluster) (*mix, error) {
	err := c.Send("POST", "/api/v1/namespaces", cluster.Object{"metadata": cluster.Object{
		"name": namespace, "labels": cluster.Object{"lockstep.dev/versioning": "enabled"}}})
	if err != nil {
		return nil, err
	}
	var all mix
	small := make([]cluster.Object, 2)
	for i := range small {
		if small[i], err = head(c, fmt.Sprintf("small-%d", i), kibibyte); err != nil {
			return nil, err
		}
	}
	all.unchanged = update(small[0], small[0])
	all.deployment = deployment(small)
	return &all, nil
}

// fillMore makes larger ones, which a server that starts would have to read.
func (m *mix) fillMore(c *cluster.Cluster) error {
	for size := kibibyte; size <= 64*kibibyte; size *= 2 {
		object, err := head(c, fmt.Sprintf("size-%d", size), size)
		if err != nil {
			return err
		}
		m.updates = append(m.updates, changed(object))
	}
	for i := range large {
		// The API server takes an object of up to 1 MiB by the length of what it holds.
		object, err := head(c, fmt.Sprintf("large-%02d", i), mebibyte-kibibyte)
		if err != nil {
			return err
		}
		m.large = append(m.large, changed(object))
	}
	return nil
}

// head makes a ConfigMap, waits for its version, and returns it as it was persisted.
func head(c *cluster.Cluster, name string, size int) (cluster.Object, error) {
	path := "/api/v1/namespaces/" + namespace + "/configmaps"
	object := cluster.Object{"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": cluster.Object{"name": name}, "data": content("a", size)}
	if err := c.Send("POST", path, object); err != nil {
		return nil, err
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		var version cluster.Object
		err := c.Get(path+"/"+name+"-v000", &version)
		if err == nil {
			break
		}
		if time.Now().After(end) {
			return nil, err
		}
	}
	object = nil
	err := c.Get(path+"/"+name, &object)
	return object, err
}

// content is of many lines, as configuration is: JSON escapes each.
func content(start string, size int) cluster.Object {
	line := strings.Repeat("x", 62) + "\n"
	return cluster.Object{"KEY": (start + strings.Repeat(line, size/len(line)+1))[:size]}
}

func changed(old cluster.Object) review {
	object := cluster.Object{}
	for key, value := range old {
		object[key] = value
	}
	object["data"] = content("b", len(old["data"].(cluster.Object)["KEY"].(string)))
	one := update(object, old)
	one.patch = `"v001"`
	return one
}

func update(object, old cluster.Object) review {
	return request("/mutate/heads", "", "configmaps", "UPDATE", false, object, old)
}

func deployment(heads []cluster.Object) review {
	var from []cluster.Object
	for _, one := range heads {
		name := one["metadata"].(cluster.Object)["name"]
		from = append(from, cluster.Object{"configMapRef": cluster.Object{"name": name}})
	}
	labels := cluster.Object{"app": "my-app"}
	object := cluster.Object{"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": cluster.Object{"name": "my-app", "namespace": namespace},
		"spec": cluster.Object{"selector": cluster.Object{"matchLabels": labels}, "template": cluster.Object{
			"metadata": cluster.Object{"labels": labels},
			"spec":     cluster.Object{"containers": []cluster.Object{{"name": "app", "image": "app", "envFrom": from}}}}}}
	one := request("/mutate/workloads", "apps", "deployments", "CREATE", true, object, nil)
	one.patch = "small-1-v000"
	return one
}

func request(path, group, resource, operation string, dryRun bool, object, old cluster.Object) review {
	body, err := json.Marshal(cluster.Object{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
		"request": cluster.Object{
			"uid":       uid,
			"kind":      cluster.Object{"group": group, "version": "v1", "kind": object["kind"]},
			"resource":  cluster.Object{"group": group, "version": "v1", "resource": resource},
			"name":      object["metadata"].(cluster.Object)["name"],
			"namespace": namespace, "operation": operation, "dryRun": dryRun,
			"userInfo": cluster.Object{"username": "bench"},
			"object":   object, "oldObject": old, "options": nil}})
	if err != nil {
		panic(err) // Maps and strings alone.
	}
	return review{path: path, body: body}
}
