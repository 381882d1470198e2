package rules

import (
	"fmt"
	"sort"
	"strings"
)

// Reference is a ConfigMap or Secret that a pod's spec names, with every place that does.
type Reference struct {
	Head   Head
	Places []Place
}

// Place is where a pod's spec names something.
type Place struct {
	// Path as people write it: containers[app].envFrom, volumes[config].
	Path     string
	Optional bool
	// Keys that it needs; none, where it takes what is there.
	Keys []string
}

// Required says whether pods can't start without it.
func (r Reference) Required() bool {
	for _, place := range r.Places {
		if !place.Optional {
			return true
		}
	}
	return false
}

// References of a pod's spec, sorted by name.
func References(podSpec map[string]any) []Reference {
	found := map[Head]*Reference{}
	for _, field := range fields.References {
		field.collect(podSpec, field.steps, "", func(holder map[string]any, path string) {
			name, _ := holder[field.Name].(string)
			if name == "" {
				return
			}
			head := Head{field.Kind, name}
			if found[head] == nil {
				found[head] = &Reference{Head: head}
			}
			optional, _ := holder["optional"].(bool)
			found[head].Places = append(found[head].Places, Place{path, optional, field.keys(holder)})
		})
	}
	var references []Reference
	for _, reference := range found {
		references = append(references, *reference)
	}
	sort.Slice(references, func(i, j int) bool { return references[i].Head.String() < references[j].Head.String() })
	return references
}

// Rename gives every reference the name that it is to have.
func Rename(podSpec map[string]any, rename func(Head) string) {
	for _, field := range fields.References {
		field.collect(podSpec, field.steps, "", func(holder map[string]any, _ string) {
			if name, _ := holder[field.Name].(string); name != "" {
				holder[field.Name] = rename(Head{field.Kind, name})
			}
		})
	}
}

func (f Field) keys(holder map[string]any) []string {
	switch f.Keys {
	case "ONE":
		if key, _ := holder["key"].(string); key != "" {
			return []string{key}
		}
	case "ITEMS":
		var keys []string
		items, _ := holder["items"].([]any)
		for _, item := range items {
			if object, ok := item.(map[string]any); ok {
				if key, _ := object["key"].(string); key != "" {
					keys = append(keys, key)
				}
			}
		}
		return keys
	}
	return nil
}

func (f Field) collect(object map[string]any, steps []string, path string, found func(map[string]any, string)) {
	if len(steps) == 0 {
		found(object, path)
		return
	}
	step, isList := strings.CutSuffix(steps[0], "[]")
	if !isList {
		if next, ok := object[step].(map[string]any); ok {
			f.collect(next, steps[1:], path, found)
		}
		return
	}
	list, _ := object[step].([]any)
	for i, item := range list {
		next, ok := item.(map[string]any)
		if !ok {
			continue
		}
		label := fmt.Sprint(i)
		if name, _ := next["name"].(string); name != "" {
			label = name
		}
		where := step
		if step != "envFrom" && step != "sources" {
			where += "[" + label + "]"
		}
		if path != "" {
			where = path + "." + where
		}
		f.collect(next, steps[1:], where, found)
	}
}

// Pointer follows a JSON pointer without escapes; nil where it leads nowhere.
func Pointer(object map[string]any, pointer string) map[string]any {
	if pointer == "" {
		return object
	}
	for _, step := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		next, ok := object[step].(map[string]any)
		if !ok {
			return nil
		}
		object = next
	}
	return object
}

// Strings calls visit for every string value anywhere in a JSON value.
func Strings(value any, visit func(string)) {
	switch typed := value.(type) {
	case string:
		visit(typed)
	case map[string]any:
		for _, next := range typed {
			Strings(next, visit)
		}
	case []any:
		for _, next := range typed {
			Strings(next, visit)
		}
	}
}
