package view

import "sort"

// Status is how every workload stands to its configuration.
type Status struct {
	Workloads           []WorkloadStatus `json:"workloads"`
	HeadsWithoutVersion []Lost           `json:"headsWithoutVersion"`
}

// WorkloadStatus is one workload's.
type WorkloadStatus struct {
	Namespace string         `json:"namespace"`
	Workload  string         `json:"workload"`
	State     State          `json:"state"`
	Rollout   *string        `json:"rollout"`
	Pods      *Readiness     `json:"pods"`
	Config    []ConfigStatus `json:"config"`
}

// ConfigStatus is how a workload stands to one ConfigMap or Secret.
type ConfigStatus struct {
	Head    string  `json:"head"`
	Version *string `json:"version"`
	Current *string `json:"current"`
	State   State   `json:"state"`
	Words   string  `json:"-"`
}

// StatusOf all workloads that use something that has versions, what needs somebody first.
func StatusOf(snapshot *Snapshot) Status {
	status := Status{Workloads: []WorkloadStatus{}, HeadsWithoutVersion: []Lost{}}
	for _, workload := range snapshot.Workloads {
		configs := workload.Configs(snapshot.Heads)
		if len(configs) == 0 {
			continue
		}
		one := WorkloadStatus{
			Namespace: workload.Namespace,
			Workload:  workload.ID(),
			State:     configs[0].State,
			Rollout:   optional(workload.Rollout),
		}
		for _, config := range configs {
			one.Config = append(one.Config, ConfigStatus{
				config.Head.String(), optional(config.Version), optional(config.Current), config.State, Words(config.Head),
			})
		}
		if ready := snapshot.ReadinessOf(workload); ready.Counts {
			one.Pods = &ready
			if ready.Reason != "" && Failing.urgency() < one.State.urgency() {
				one.State = Failing
			}
		}
		status.Workloads = append(status.Workloads, one)
	}
	sort.SliceStable(status.Workloads, func(i, j int) bool {
		return status.Workloads[i].State.urgency() < status.Workloads[j].State.urgency()
	})
	status.HeadsWithoutVersion = append(status.HeadsWithoutVersion, snapshot.Heads.Lost()...)
	return status
}

// Problems are those workloads that somebody should look at.
func (s Status) Problems() Status {
	result := Status{Workloads: []WorkloadStatus{}, HeadsWithoutVersion: s.HeadsWithoutVersion}
	for _, workload := range s.Workloads {
		if workload.State.IsProblem() {
			result.Workloads = append(result.Workloads, workload)
		}
	}
	return result
}

// Any says whether there is anything in it.
func (s Status) Any() bool { return len(s.Workloads)+len(s.HeadsWithoutVersion) > 0 }

// Count of workloads in each state.
func (s Status) Count() map[State]int {
	count := map[State]int{}
	for _, workload := range s.Workloads {
		count[workload.State]++
	}
	return count
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
