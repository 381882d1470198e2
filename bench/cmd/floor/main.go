// Command floor is the simplest webhook that there can be: it decodes each review with the API's types and allows it. What
// it takes is what any webhook in Go takes at least.
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
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var (
	address = flag.String("listen", "127.0.0.1:0", "address to listen on")
	cert    = flag.String("cert", "", "certificate, PEM")
	key     = flag.String("key", "", "its key, PEM")
	record  = flag.String("record", "", "folder for reviews of objects named rec-..., as they came: NAME.json; none where empty")
)

func main() {
	flag.Parse()
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
