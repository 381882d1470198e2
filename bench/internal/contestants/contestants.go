// Package contestants puts those that are compared side by side on one cluster: each has a namespace, and a copy of the chart's
// webhooks that calls it from there alone. They differ in nothing but who answers.
package contestants

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lockstep.dev/bench/internal/cluster"
	"lockstep.dev/bench/internal/process"
)

// None is without a webhook, Floor the no-op webhook, FloorReads one that makes a binding's live reads and binds nothing. All
// others are Lockstep, Image as its image runs it.
const (
	None       = "none"
	Floor      = "floor"
	FloorReads = "floor-reads"
	Image      = "jdk25-aot"
)

// Recorded is the namespace that all of them are called from: what the recorded reviews are about.
const Recorded = "bench-recorded"

// Recorder is a second floor, which is called first from there, so that it sees what clients sent.
const Recorder = "recorder"

// Namespace of a contestant.
func Namespace(name string) string { return "bench-" + name }

// IsLockstep says whether references are bound.
func IsLockstep(name string) bool { return name != None && name != Floor && name != FloorReads }

// URL is where a contestant's server listens: cluster/lockstep writes it, and bench/lib.sh does for the floor.
func URL(dir, name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, "lockstep-"+name+"-ready"))
	return strings.TrimSpace(string(text)), err
}

// Client trusts the certificate that the servers of DIR show. It keeps so many connections.
func Client(dir string, connections int) (*http.Client, error) {
	ca, err := os.ReadFile(filepath.Join(dir, "certs", "ca.crt"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	return &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: connections}}, nil
}

// Install makes the namespaces, and the copies in the place of the chart's own configuration.
func Install(c *cluster.Cluster, dir string, names []string) error {
	const configurations = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
	chart, err := c.Do("GET", configurations+"/lockstep", "", nil)
	if err != nil {
		return err
	}
	namespace := func(name string, labels cluster.Object) error {
		return c.Send("POST", "/api/v1/namespaces", cluster.Object{"metadata": cluster.Object{"name": name, "labels": labels}})
	}
	optedIn := cluster.Object{"lockstep.dev/versioning": "enabled"}
	if err := namespace(Recorded, optedIn); err != nil {
		return err
	}
	for _, name := range append([]string{Recorder}, names...) {
		from := []string{Recorded}
		if name != Recorder {
			labels := cluster.Object{}
			if IsLockstep(name) {
				labels = optedIn
			}
			if err := namespace(Namespace(name), labels); err != nil {
				return err
			}
			from = append(from, Namespace(name))
		}
		if name == None {
			continue
		}
		url, err := URL(dir, name)
		if err != nil {
			return err
		}
		var configuration cluster.Object
		if err := json.Unmarshal(chart, &configuration); err != nil {
			return err
		}
		for _, webhook := range configuration["webhooks"].([]any) {
			webhook := webhook.(cluster.Object)
			client := webhook["clientConfig"].(cluster.Object)
			path := client["url"].(string)
			client["url"] = url + path[strings.Index(path, "/mutate/"):]
			// The recorder is to see what comes first, not what others made of it.
			if name == Recorder {
				webhook["reinvocationPolicy"] = "Never"
			}
			webhook["namespaceSelector"] = cluster.Object{"matchExpressions": []any{cluster.Object{
				"key": "kubernetes.io/metadata.name", "operator": "In", "values": from}}}
		}
		// They are called by name.
		order := "1-"
		if name == Recorder {
			order = "0-"
		}
		err = c.Send("POST", configurations, cluster.Object{
			"metadata": cluster.Object{"name": order + Namespace(name)}, "webhooks": configuration["webhooks"]})
		if err != nil {
			return err
		}
	}
	_, err = c.Do("DELETE", configurations+"/lockstep", "", nil)
	return err
}

// Process is the one that runs a contestant: the folder it was started in tells.
func Process(dir, name string) (process.Process, error) {
	return process.In(filepath.Join(dir, "server-"+name))
}
