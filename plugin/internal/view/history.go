package view

import (
	"context"
	"errors"
	"fmt"
	"sort"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"lockstep.dev/kubectl-lockstep/internal/cluster"
	"lockstep.dev/kubectl-lockstep/internal/rules"
)

// HeadHistory are the versions of a ConfigMap or Secret.
type HeadHistory struct {
	Kind      string           `json:"kind"`
	Namespace string           `json:"namespace"`
	Name      string           `json:"name"`
	Current   *string          `json:"current"`
	Versions  []VersionHistory `json:"versions"`
	// Denials are who was not allowed to be asked for.
	Denials cluster.Denials `json:"-"`
}

// VersionHistory is one version. No values, only which keys changed.
type VersionHistory struct {
	Version      string   `json:"version"`
	Name         string   `json:"name"`
	Current      bool     `json:"current"`
	Created      string   `json:"created"`
	ChangedBy    *string  `json:"changedBy"`
	ChangeCause  *string  `json:"changeCause"`
	Content      string   `json:"content"`
	ComparedWith *string  `json:"comparedWith"`
	UnusedSince  *string  `json:"unusedSince"`
	Keep         bool     `json:"keep"`
	Added        []string `json:"added"`
	Changed      []string `json:"changed"`
	Removed      []string `json:"removed"`
	UsedBy       []UsedBy `json:"usedBy"`
}

// HistoryOfHead is the history of a ConfigMap or Secret, the newest version first.
func HistoryOfHead(ctx context.Context, client *cluster.Client, namespace string, found *Found) (*HeadHistory, error) {
	head := found.Head
	history := &HeadHistory{Kind: head.Kind, Namespace: namespace, Name: head.Name, Current: optional(found.Current), Versions: []VersionHistory{}}
	use := newUsage(client, head)
	var objects []unstructured.Unstructured
	var batch cluster.Batch
	var denials cluster.Denials
	batch.Go(func() (err error) {
		objects, err = client.List(ctx, cluster.OfHead(head), namespace, VersionsOf(head))
		return err
	})
	batch.Go(func() (err error) {
		denials, err = everyUser(ctx, client, namespace, use.visit)
		return err
	})
	refused, err := batch.Wait()
	if err != nil {
		return nil, err
	}
	if len(refused) > 0 {
		return nil, errors.New(refused.Sentence())
	}
	history.Denials = denials
	history.Versions = versionsOf(objects, found, use)
	return history, nil
}

func versionsOf(objects []unstructured.Unstructured, found *Found, use *usage) []VersionHistory {
	var versions []VersionHistory
	sort.Slice(objects, func(i, j int) bool { return versionNumber(&objects[i]) < versionNumber(&objects[j]) })
	before := Content{}
	var beforeName *string
	for i := range objects {
		object := &objects[i]
		base, version, ok := rules.SplitVersion(object.GetName())
		if !ok || base != found.Head.Name {
			continue
		}
		annotations := object.GetAnnotations()
		one := VersionHistory{
			Version: version, Name: object.GetName(), Current: version == found.Current, Created: created(object),
			ChangedBy: optional(annotations[rules.ChangedBy]), ChangeCause: optional(annotations[rules.ChangeCause]),
			Content: object.GetLabels()[rules.ContentKey], ComparedWith: beforeName,
			UnusedSince: optional(annotations[rules.UnusedSince]), Keep: annotations[rules.Keep] == "true",
			Added: []string{}, Changed: []string{}, Removed: []string{}, UsedBy: use.of(version),
		}
		content := ContentOf(object)
		// The one before the first that is left may be gone: then nobody knows what changed.
		if beforeName != nil || version == "v000" {
			one.keys(Compare(before, content))
		}
		versions = append(versions, one)
		before, beforeName = content, &one.Version
	}
	// The newest first.
	for i, j := 0, len(versions)-1; i < j; i, j = i+1, j-1 {
		versions[i], versions[j] = versions[j], versions[i]
	}
	if versions == nil {
		versions = []VersionHistory{}
	}
	return versions
}

func versionNumber(object *unstructured.Unstructured) int {
	_, version, _ := rules.SplitVersion(object.GetName())
	return rules.Number(version)
}

func (v *VersionHistory) keys(differences []Difference) {
	for _, difference := range differences {
		switch difference.Change {
		case Added:
			v.Added = append(v.Added, difference.Key)
		case Removed:
			v.Removed = append(v.Removed, difference.Key)
		default:
			v.Changed = append(v.Changed, difference.Key)
		}
	}
}

// WorkloadHistory are the revisions of a workload.
type WorkloadHistory struct {
	Kind      string            `json:"kind"`
	Namespace string            `json:"namespace"`
	Name      string            `json:"name"`
	Revision  *int64            `json:"revision"`
	Revisions []RevisionHistory `json:"revisions"`
}

// RevisionHistory is one revision, and what an undo to it would bring.
type RevisionHistory struct {
	Revision    int64           `json:"revision"`
	Current     bool            `json:"current"`
	Was         []string        `json:"was,omitempty"`
	Created     string          `json:"created"`
	ChangeCause *string         `json:"changeCause"`
	Images      []string        `json:"images"`
	Config      []HistoryConfig `json:"config"`
	Undo        *string         `json:"undo"`
}

// HistoryConfig is a ConfigMap or Secret as a revision has it.
type HistoryConfig struct {
	Head    string `json:"head"`
	Version string `json:"version"`
	How     string `json:"how"`
	Exists  bool   `json:"exists"`
	Held    bool   `json:"held"`
	// Differs from what the revision before had.
	Differs bool   `json:"differs"`
	Words   string `json:"-"`
}

// HistoryOfWorkload is the history of a workload, the newest revision first.
func HistoryOfWorkload(snapshot *Snapshot, workload *Workload) (*WorkloadHistory, error) {
	if workload.Kind.Revisions == nil {
		return nil, fmt.Errorf("a %s keeps no revisions that an undo could bring back; Deployments, StatefulSets, DaemonSets and Rollouts do",
			workload.Kind.Kind)
	}
	history := &WorkloadHistory{Kind: workload.Kind.Kind, Namespace: workload.Namespace, Name: workload.Name, Revisions: []RevisionHistory{}}
	revisions := snapshot.RevisionsOf(workload)
	for i, revision := range revisions {
		one := RevisionHistory{
			Revision: revision.Number, Current: revision.Current, Was: revision.Was, Created: revision.Created,
			ChangeCause: optional(revision.Cause), Images: revision.Images(), Config: []HistoryConfig{},
		}
		before := map[rules.Head]string{}
		if i+1 < len(revisions) {
			for _, config := range revisions[i+1].Configs(workload, snapshot.Heads) {
				before[config.Head] = config.Version
			}
		}
		for _, config := range revision.Configs(workload, snapshot.Heads) {
			one.Config = append(one.Config, HistoryConfig{
				Head: config.Head.String(), Version: config.Version, How: config.How, Exists: config.Exists, Held: config.Held,
				Differs: i+1 < len(revisions) && before[config.Head] != config.Version, Words: Words(config.Head),
			})
		}
		if revision.Current {
			history.Revision = &revision.Number
		} else {
			undo := fmt.Sprintf("kubectl lockstep undo -n %s %s --to-revision=%d", workload.Namespace, workload.ID(), revision.Number)
			one.Undo = &undo
		}
		history.Revisions = append(history.Revisions, one)
	}
	return history, nil
}
