package objects

import (
	"encoding/json"
	"testing"
)

func TestContentHasTheBytesThatWereAskedFor(t *testing.T) {
	if data := Content("app-config", 7, 1024); len(data["KEY"]) != 1024 {
		t.Errorf("%d bytes", len(data["KEY"]))
	}
}

func TestHashTellsContentsApart(t *testing.T) {
	seen := map[string]map[string]string{}
	for _, data := range []map[string]string{
		nil, {"a": ""}, {"": "a"}, {"a": "b"}, {"b": "a"}, {"ab": ""}, {"a": "b", "c": ""}, {"a": "b", "c": "d"},
	} {
		hash := Hash(data)
		if other, there := seen[hash]; there {
			t.Errorf("%v and %v have the same hash", data, other)
		}
		seen[hash] = data
		if len(hash) != len("h1-")+32 {
			t.Errorf("%s is too long or too short", hash)
		}
	}
}

func TestReviewIsADryRun(t *testing.T) {
	var review struct {
		Kind    string
		Request struct {
			UID       string
			DryRun    bool
			Namespace string
			Operation string
			OldObject Object
		}
	}
	text := Review("u", "shop", "CREATE", "apps", "deployments", Deployment("app", "config"), nil)

	if err := json.Unmarshal(text, &review); err != nil {
		t.Fatal(err)
	}
	r := review.Request
	if review.Kind != "AdmissionReview" || r.UID != "u" || !r.DryRun || r.Namespace != "shop" || r.OldObject != nil {
		t.Errorf("%s", text)
	}
}
