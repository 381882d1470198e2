package rules

// Labels and annotations, as docs/reference.md has them.
const (
	Role        = "lockstep.dev/role"
	HeadRole    = "head"
	VersionRole = "version"
	VersionKey  = "lockstep.dev/version"
	ContentKey  = "lockstep.dev/content"
	HeadKey     = "lockstep.dev/head"
	HeadName    = "lockstep.dev/head-name"
	ChangedBy   = "lockstep.dev/changed-by"
	BindingsKey = "lockstep.dev/bindings"
	HeldKey     = "lockstep.dev/held"
	WaitingKey  = "lockstep.dev/waiting"
	BaselineKey = "lockstep.dev/baseline"
	RolloutKey  = "lockstep.dev/rollout"
	RebindKey   = "lockstep.dev/rebind"
	SteppedBack = "lockstep.dev/stepped-back"
	UnusedSince = "lockstep.dev/unused-since"
	Keep        = "lockstep.dev/keep"
	Versioned   = "lockstep.dev/versioned"
	Versioning  = "lockstep.dev/versioning"
	OptedIn     = "enabled"

	ChangeCause        = "kubernetes.io/change-cause"
	LastApplied        = "kubectl.kubernetes.io/last-applied-configuration"
	DeploymentRevision = "deployment.kubernetes.io/revision"
	DeploymentHistory  = "deployment.kubernetes.io/revision-history"
	RolloutRevision    = "rollout.argoproj.io/revision"
	RolloutHistory     = "rollout.argoproj.io/revision-history"
)

// Pinned, Auto and OnApply are what lockstep.dev/rollout can say.
const (
	Pinned  = "pinned"
	Auto    = "auto"
	OnApply = "on-apply"
)
