// Package objects makes what benches put into a cluster, as people write it and as Lockstep has made it over time, so that
// nothing of it has to be stamped or cloned any more.
package objects

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"
)

// Object is any object of the API.
type Object = map[string]any

// OptedIn are the labels of a namespace whose ConfigMaps get versions.
var OptedIn = Object{"lockstep.dev/versioning": "enabled"}

// Namespace with these labels, or none. In one that is opted in, versions can be made by Lockstep alone.
func Namespace(name string, labels Object) Object {
	return Object{"metadata": Object{"name": name, "labels": labels}}
}

// ConfigMap is one as people write it.
func ConfigMap(name string, data map[string]string) Object {
	return Object{"data": data, "metadata": Object{"name": name}}
}

// Head is a ConfigMap with its stamp.
func Head(name string, version int, data map[string]string) Object {
	return Object{"data": data, "metadata": Object{
		"name": name,
		"labels": Object{"lockstep.dev/role": "head",
			"lockstep.dev/version": Number(version), "lockstep.dev/content": Hash(data)},
		"annotations": Object{"lockstep.dev/newest": Number(version)}}}
}

// Version is an immutable copy of a head's content.
func Version(head string, version int, data map[string]string) Object {
	return Object{"immutable": true, "data": data, "metadata": Object{
		"name": VersionName(head, version),
		"labels": Object{"lockstep.dev/role": "version", "lockstep.dev/head": head,
			"lockstep.dev/version": Number(version), "lockstep.dev/content": Hash(data)},
		"annotations": Object{"lockstep.dev/head-name": head}}}
}

// Number is how a version's number is spelled.
func Number(version int) string { return fmt.Sprintf("v%03d", version) }

// VersionName is the name of the object.
func VersionName(head string, version int) string { return head + "-" + Number(version) }

// Content of so many bytes, under one key, that no other head and no other version has.
func Content(head string, version, bytes int) map[string]string {
	start := fmt.Sprintf("%s %s ", head, Number(version))
	return map[string]string{"KEY": start + strings.Repeat("x", max(0, bytes-len(start)))}
}

// Deployment reads these ConfigMaps.
func Deployment(name string, configMaps ...string) Object {
	labels := Object{"app": name}
	return Object{
		"metadata": Object{"name": name},
		"spec": Object{
			"selector": Object{"matchLabels": labels},
			"template": Object{"metadata": Object{"labels": labels}, "spec": PodSpec(configMaps...)}}}
}

// PodSpec reads these ConfigMaps.
func PodSpec(configMaps ...string) Object {
	var from []Object
	for _, name := range configMaps {
		from = append(from, Object{"configMapRef": Object{"name": name}})
	}
	return Object{"containers": []Object{{"name": "app", "image": "app", "envFrom": from}}}
}

// Hash of a ConfigMap's content, as docs/design.md says.
func Hash(data map[string]string) string {
	sum := sha256.New()
	text(sum, "")
	count(sum, len(data))
	for _, key := range slices.Sorted(maps.Keys(data)) {
		text(sum, key)
		text(sum, data[key])
	}
	count(sum, 0)
	return fmt.Sprintf("h1-%x", sum.Sum(nil))[:len("h1-")+32]
}

func text(sum hash.Hash, s string) {
	count(sum, len(s))
	sum.Write([]byte(s))
}

func count(sum hash.Hash, n int) { binary.Write(sum, binary.BigEndian, uint32(n)) }
