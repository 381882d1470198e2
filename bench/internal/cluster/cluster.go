// Package cluster calls a cluster of cluster/run by plain HTTP, as its administrator or as its Lockstep.
package cluster

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Cluster is one that runs in a folder, with Lockstep beside it or not.
type Cluster struct {
	dir    string
	url    string
	token  string
	client *http.Client
}

// OpenAsLockstep is for who is known as cluster/lockstep's server is: by its token.
func OpenAsLockstep(dir string) (*Cluster, error) {
	token, err := os.ReadFile(filepath.Join(dir, "token"))
	if err != nil {
		return nil, err
	}
	c, err := open(dir, nil)
	if err != nil {
		return nil, err
	}
	c.token = strings.TrimSpace(string(token))
	return c, nil
}

// Open reads what cluster/run has left in the folder.
func Open(dir string) (*Cluster, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "pki", "admin.crt"), filepath.Join(dir, "pki", "admin.key"))
	if err != nil {
		return nil, err
	}
	return open(dir, []tls.Certificate{pair})
}

func open(dir string, shown []tls.Certificate) (*Cluster, error) {
	url, err := os.ReadFile(filepath.Join(dir, "ready"))
	if err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(filepath.Join(dir, "pki", "ca.crt"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	transport := &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots, Certificates: shown},
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 64,
	}
	return &Cluster{
		dir:    dir,
		url:    strings.TrimSpace(string(url)),
		client: &http.Client{Transport: transport, Timeout: time.Minute},
	}, nil
}

// Object is any object of the API.
type Object = map[string]any

// Send makes one request with a JSON body, and fails unless it succeeds.
func (c *Cluster) Send(method, path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = c.Do(method, path, "application/json", text)
	return err
}

// Get reads an object, or whatever else is there.
func (c *Cluster) Get(path string, into any) error {
	answer, err := c.Do("GET", path, "", nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}

// Patch merges this into an object.
func (c *Cluster) Patch(path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = c.Do("PATCH", path, "application/merge-patch+json", text)
	return err
}

// Do makes one request and returns the body of its answer; an error unless it succeeds.
func (c *Cluster) Do(method, path, contentType string, body []byte) ([]byte, error) {
	request, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s: %d %.300s", method, path, response.StatusCode, answer)
	}
	return answer, nil
}

// Each calls do for 0 to count-1, in so many goroutines, and returns the first error.
func Each(count, workers int, do func(int) error) error {
	next := make(chan int)
	failed := make(chan error, workers)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	var err error
feed:
	for i := range count {
		select {
		case next <- i:
		case err = <-failed:
			break feed
		}
	}
	close(next)
	wait.Wait()
	if err == nil && len(failed) > 0 {
		err = <-failed
	}
	return err
}

// Metrics are samples of Prometheus' text format: name{labels} to value.
type Metrics map[string]float64

// APIServerMetrics are those of the API server.
func (c *Cluster) APIServerMetrics() (Metrics, error) { return get(c.client, c.url+"/metrics") }

// LockstepMetrics are those of the server that cluster/lockstep runs.
func (c *Cluster) LockstepMetrics() (Metrics, error) {
	url, err := os.ReadFile(filepath.Join(c.dir, "lockstep-management"))
	if err != nil {
		return nil, err
	}
	return get(http.DefaultClient, strings.TrimSpace(string(url))+"/q/metrics")
}

func get(client *http.Client, url string) (Metrics, error) {
	response, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, response.Status)
	}
	metrics := Metrics{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		space := strings.LastIndexByte(line, ' ')
		if space < 0 || line[0] == '#' {
			continue
		}
		if value, err := strconv.ParseFloat(line[space+1:], 64); err == nil {
			metrics[line[:space]] = value
		}
	}
	return metrics, nil
}

// Sum adds up the samples of a metric that have all of these labels: `verb="LIST"`.
func (m Metrics) Sum(name string, labels ...string) float64 {
	sum := 0.0
samples:
	for sample, value := range m {
		found, rest, _ := strings.Cut(sample, "{")
		if found != name {
			continue
		}
		for _, label := range labels {
			if !strings.Contains(","+strings.TrimSuffix(rest, "}")+",", ","+label+",") {
				continue samples
			}
		}
		sum += value
	}
	return sum
}
