package rules

import (
	"reflect"
	"strings"
	"testing"
)

type object = map[string]any

func TestVersions(t *testing.T) {
	for typed, expected := range map[string]string{"3": "v003", "v3": "v003", "v003": "v003", "0": "v000", "v1234": "v1234", "0000012": "v012"} {
		if version, err := ParseVersion(typed); err != nil || version != expected {
			t.Errorf("%s: %s %v", typed, version, err)
		}
	}
	for _, typed := range []string{"", "v", "latest", "v-1", "v1.0", "12345678", "v003 ", "٣"} {
		if version, err := ParseVersion(typed); err == nil {
			t.Errorf("%q: %s", typed, version)
		}
	}
	for name, expected := range map[string][2]string{"a-v003": {"a", "v003"}, "a-v1-v1234": {"a-v1", "v1234"}} {
		if head, version, ok := SplitVersion(name); !ok || head != expected[0] || version != expected[1] {
			t.Errorf("%s: %s %s", name, head, version)
		}
	}
	for _, name := range []string{"a", "a-v03", "a-v0003", "-v003", "v003", "a-v003-x", "a-v12345678"} {
		if head, version, ok := SplitVersion(name); ok {
			t.Errorf("%s: %s %s", name, head, version)
		}
	}
}

func TestBindingsLeaveOutWhatTheyCantRead(t *testing.T) {
	found := ParseBindings("configmap/a=v001,secret/b=v000,pod/c=v000,configmap/d,configmap/../e=v000,configmap/f=latest,configmap/g\n=v001")
	expected := Bindings{{"ConfigMap", "a"}: "v001", {"Secret", "b"}: "v000"}
	if !reflect.DeepEqual(found, expected) {
		t.Errorf("%v", found)
	}
	if heads := ParseHeads("configmap/a,,x,secret/b"); len(heads) != 2 {
		t.Errorf("%v", heads)
	}
}

func TestTheLabelOfALongNameFits(t *testing.T) {
	long := Head{"ConfigMap", strings.Repeat("a", 100)}
	if label := long.Label(); len(label) != 63 || label != strings.Repeat("a", 52)+"-2816597888" {
		t.Errorf("%d %s", len(label), label)
	}
	if label := (Head{"ConfigMap", "short"}).Label(); label != "short" {
		t.Errorf("%s", label)
	}
}

// Every field of the table is found in a pod that has all of them, and nowhere else.
func TestEveryFieldIsFound(t *testing.T) {
	for _, field := range fields.References {
		spec := object{}
		holder := spec
		for _, step := range field.steps {
			next := object{}
			if name, isList := strings.CutSuffix(step, "[]"); isList {
				holder[name] = []any{"no object", next}
				next["name"] = "n"
			} else {
				holder[step] = next
			}
			holder = next
		}
		holder[field.Name] = "found"
		holder["key"], holder["items"] = "k", []any{object{"key": "k"}}
		references := References(spec)
		if len(references) != 1 || references[0].Head != (Head{field.Kind, "found"}) || !references[0].Required() {
			t.Errorf("%s: %v", field.Path, references)
			continue
		}
		if keys := references[0].Places[0].Keys; (len(keys) == 1) != (field.Keys != "NONE") {
			t.Errorf("%s: keys %v", field.Path, keys)
		}
		Rename(spec, func(head Head) string { return head.Name + "-v000" })
		if holder[field.Name] != "found-v000" {
			t.Errorf("%s: %v", field.Path, holder)
		}
	}
	if len(fields.References) < 18 || len(Kinds()) < 9 {
		t.Errorf("%d fields, %d kinds", len(fields.References), len(Kinds()))
	}
}

func TestKindsHaveManyNames(t *testing.T) {
	for _, word := range []string{"deploy", "deployment", "Deployments", "deployments.apps", "deployment.v1.apps"} {
		if kind, ok := KindOf(word, nil); !ok || kind.Kind != "Deployment" {
			t.Errorf("%s: %v", word, kind)
		}
	}
	for _, word := range []string{"rollout", "widget", "deployments.example.com", ""} {
		if kind, ok := KindOf(word, nil); ok {
			t.Errorf("%s: %v", word, kind)
		}
	}
	if kind, ok := KindOf("rollout", CustomKinds()); !ok || kind.Group != "argoproj.io" {
		t.Errorf("%v", kind)
	}
}
