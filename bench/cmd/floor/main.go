// Command floor is the simplest webhook that there can be: it decodes each review with the API's types and allows it. What
// it takes is what any webhook in Go takes at least; with -reads, what one takes that binds by live reads.
package main

import (
	"encoding/json"
	"flag"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	admission "k8s.io/api/admission/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"lockstep.dev/bench/internal/cluster"
)

var (
	address = flag.String("listen", "127.0.0.1:0", "address to listen on")
	cert    = flag.String("cert", "", "certificate, PEM")
	key     = flag.String("key", "", "its key, PEM")
	record  = flag.String("record", "", "folder for reviews of objects named rec-..., as they came: NAME.json; none where empty")
	reads   = flag.String("reads", "", "folder of a cluster: each ConfigMap that a Deployment names is read there, twice; none where empty")
)

// readFrom is where ConfigMaps are read; nil: nowhere.
var readFrom *cluster.Cluster

func main() {
	flag.Parse()
	if *reads != "" {
		var err error
		if readFrom, err = cluster.OpenAsLockstep(*reads); err != nil {
			log.Fatal(err)
		}
	}
	http.HandleFunc("POST /", answer)
	log.Fatal(http.ListenAndServeTLS(*address, *cert, *key, nil))
}

func answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var review admission.AdmissionReview
	if err := json.Unmarshal(body, &review); err != nil || review.Request == nil {
		http.Error(w, "no AdmissionReview", http.StatusBadRequest)
		return
	}
	if *record != "" && strings.HasPrefix(review.Request.Name, "rec-") { // the last one of each
		if err := os.WriteFile(filepath.Join(*record, filepath.Base(review.Request.Name)+".json"), body, 0o600); err != nil {
			log.Print(err)
		}
	}
	if readFrom != nil {
		if err := read(review.Request); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	response, err := json.Marshal(admission.AdmissionReview{
		TypeMeta: meta.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Response: &admission.AdmissionResponse{UID: review.Request.UID, Allowed: true}})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(response)
}

// read asks for as much as a binding needs, all at once: each head, and its version, which is as large.
func read(request *admission.AdmissionRequest) error {
	var deployment apps.Deployment
	if err := json.Unmarshal(request.Object.Raw, &deployment); err != nil {
		return err
	}
	names := map[string]bool{}
	for _, container := range deployment.Spec.Template.Spec.Containers {
		for _, source := range container.EnvFrom {
			if source.ConfigMapRef != nil {
				names[source.ConfigMapRef.Name] = true
			}
		}
	}
	var paths []string
	for name := range names {
		path := "/api/v1/namespaces/" + request.Namespace + "/configmaps/" + name
		paths = append(paths, path, path)
	}
	return cluster.Each(len(paths), len(paths), func(i int) error {
		var object core.ConfigMap
		return readFrom.Get(paths[i], &object)
	})
}
