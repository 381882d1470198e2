{{- define "lockstep.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The full name and a suffix, where no more than 63 characters are allowed: names of Services and Namespaces. */}}
{{- define "lockstep.shortName" -}}
{{- $room := sub 63 (len .suffix) | int -}}
{{- printf "%s%s" (include "lockstep.fullname" .root | trunc $room | trimSuffix "-") .suffix -}}
{{- end -}}

{{- define "lockstep.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/*
Labels that several sources give, as one map: a key that stood there twice would be refused by server-side apply. The
first source that has a key wins. Context: a list of maps.
*/}}
{{- define "lockstep.merged" -}}
{{- $all := dict -}}
{{- range . -}}{{- $all = merge $all (. | default dict) -}}{{- end -}}
{{- with $all -}}{{- toYaml . -}}{{- end -}}
{{- end -}}

{{/* Labels of an object. Context: root, and more labels of that object. */}}
{{- define "lockstep.labelsWith" -}}
{{- $root := .root -}}
{{- $ours := dict
  "app.kubernetes.io/version" $root.Chart.AppVersion
  "app.kubernetes.io/managed-by" $root.Release.Service
  "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version) -}}
{{- include "lockstep.merged" (list (include "lockstep.selectorLabels" $root | fromYaml) $ours (.more | default dict) $root.Values.commonLabels) -}}
{{- end -}}

{{- define "lockstep.labels" -}}
{{- include "lockstep.labelsWith" (dict "root" .) -}}
{{- end -}}

{{/* The annotations of an object, with their key; nothing where there are none. Context: root, and more of that object. */}}
{{- define "lockstep.annotations" -}}
{{- with include "lockstep.merged" (list (.more | default dict) .root.Values.commonAnnotations) -}}
annotations:
  {{- . | nindent 2 }}
{{- end -}}
{{- end -}}

{{/* What helm test makes is no part of the Deployment, and its pod must not be behind the Service. */}}
{{- define "lockstep.testLabels" -}}
{{- $ours := dict
  "app.kubernetes.io/name" (printf "%s-test" (default .Chart.Name .Values.nameOverride))
  "app.kubernetes.io/instance" .Release.Name
  "app.kubernetes.io/managed-by" .Release.Service -}}
{{- include "lockstep.merged" (list $ours .Values.commonLabels) -}}
{{- end -}}

{{- define "lockstep.testAnnotations" -}}
helm.sh/hook: test
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{/*
global.imageRegistry and image.registry replace the registry that a repository begins with: its first part, if that has
a dot or a port, or is localhost.
*/}}
{{- define "lockstep.image" -}}
{{- include "lockstep.validate" . -}}
{{- $repository := required "image.repository is empty: set it to where your image of Lockstep is, such as --set image.repository=registry.example.com/lockstep (docs/image.md tells how to build it). There is no default, because nobody of the project owns the name that it would be" .Values.image.repository -}}
{{- with (.Values.global).imageRegistry | default .Values.image.registry -}}
{{- $parts := splitList "/" $repository -}}
{{- if and (gt (len $parts) 1) (regexMatch "[.:]|^localhost$" (first $parts)) -}}
{{- $repository = rest $parts | join "/" -}}
{{- end -}}
{{- $repository = printf "%s/%s" (trimSuffix "/" .) $repository -}}
{{- end -}}
{{- if .Values.image.digest -}}
{{ $repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Secrets for the registry, of this chart and of the one above: items of name. An umbrella chart may list bare names. */}}
{{- define "lockstep.imagePullSecrets" -}}
{{- $secrets := list -}}
{{- range concat .Values.imagePullSecrets ((.Values.global).imagePullSecrets | default list) -}}
{{- $secrets = append $secrets (kindIs "string" . | ternary (dict "name" .) .) -}}
{{- end -}}
{{- with uniq $secrets -}}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{- define "lockstep.serviceAccountName" -}}
{{- default (include "lockstep.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{/* A duration of the server (ms, s, m, h, d) in whole seconds. */}}
{{- define "lockstep.seconds" -}}
{{- $number := regexFind "^[0-9]+" . | int64 -}}
{{- $unit := regexFind "[a-z]+$" . -}}
{{- if eq $unit "ms" -}}{{- div (add $number 999) 1000 -}}
{{- else -}}{{- mul $number (get (dict "s" 1 "m" 60 "h" 3600 "d" 86400) $unit) -}}
{{- end -}}
{{- end -}}

{{/* Fails with a sentence on values that contradict each other. */}}
{{- define "lockstep.validate" -}}
{{- $certificates := .Values.certificates -}}
{{- $mode := $certificates.mode -}}
{{- if not (has $mode (list "self" "cert-manager" "secret")) -}}
{{- fail (printf "certificates.mode is %q; take self, cert-manager or secret" $mode) -}}
{{- end -}}
{{- if and (ne $mode "secret") (or $certificates.caBundle .Values.webhook.caBundle) -}}
{{- fail (printf "a caBundle is given, and certificates.mode is %s, which sees to it itself; leave certificates.caBundle and webhook.caBundle empty, or take certificates.mode=secret" $mode) -}}
{{- end -}}
{{- if and (eq $mode "self") $certificates.secretName -}}
{{- fail "certificates.secretName is given, and certificates.mode is self, which has a Secret of its own; leave it empty, or take certificates.mode=secret" -}}
{{- end -}}
{{- if and (ne $mode "cert-manager") $certificates.issuerRef -}}
{{- fail (printf "certificates.issuerRef is given, and certificates.mode is %s; leave it empty, or take certificates.mode=cert-manager" $mode) -}}
{{- end -}}
{{- if and $certificates.caBundle .Values.webhook.url -}}
{{- fail "certificates.caBundle is given, and webhook.url; the CA of a server outside the cluster is webhook.caBundle" -}}
{{- end -}}
{{- $grace := .Values.terminationGracePeriodSeconds | int -}}
{{- $drain := include "lockstep.seconds" .Values.config.drain | int -}}
{{- if lt $grace (add $drain 15 | int) -}}
{{- fail (printf "terminationGracePeriodSeconds is %d and config.drain is %s: the server serves on for that long, and then needs up to 15 s for what is under way; it would be killed in the middle. Take at least %d" $grace .Values.config.drain (add $drain 15)) -}}
{{- end -}}
{{- if and .Values.selfPolicy.allowUndo (ne .Values.webhook.failurePolicy "Fail") -}}
{{- fail "selfPolicy.allowUndo needs webhook.failurePolicy=Fail: with Ignore, what Lockstep's identity sends would pass unseen while no server answers, and a policy can't tell it from what the webhook filled in" -}}
{{- end -}}
{{- $given := list -}}
{{- range include "lockstep.env" . | fromYamlArray }}{{- $given = append $given .name -}}{{- end -}}
{{- range .Values.extraEnv -}}
{{- if has .name $given -}}
{{- fail (printf "extraEnv: %s is set by the chart, or stands there twice, and server-side apply takes a name but once; set the chart's value for it instead" .name) -}}
{{- end -}}
{{- $given = append $given .name -}}
{{- end -}}
{{- range $label := .Values.config.copiedLabels -}}
{{- range $tool := list "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "applyset.kubernetes.io/" "argocd.argoproj.io/" "config.k8s.io/" "configmanagement.gke.io/" "fleet.cattle.io/" "helm.sh/" "helm.toolkit.fluxcd.io/" "kapp.k14s.io/" "kustomize.toolkit.fluxcd.io/" "lockstep.dev/" "meta.helm.sh/" "objectset.rio.cattle.io/" "olm.managed" "olm.owner" -}}
{{- $prefix := trimSuffix "*" $label -}}
{{- if or (hasPrefix $tool $label) (and (hasSuffix "*" $label) (hasPrefix $prefix $tool)) -}}
{{- fail (printf "config.copiedLabels: %s would take over labels under %s, by which tools track what is theirs: they would adopt versions, or prune them" $label $tool) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (eq $mode "self") .Values.namespaces -}}
{{- fail "namespaces is given, so there is no ClusterRole, and certificates.mode is self, which has to write into the webhook configurations of the cluster; take certificates.mode=secret or cert-manager" -}}
{{- end -}}
{{- end -}}

{{/* The Secret of a certificate that is not of our own making. */}}
{{- define "lockstep.tlsSecretName" -}}
{{- default (printf "%s-tls" (include "lockstep.fullname" .)) .Values.certificates.secretName -}}
{{- end -}}

{{/* Annotations of both webhook configurations: what cert-manager is to write a bundle into, and what is asked for. */}}
{{- define "lockstep.webhookAnnotations" -}}
{{- $injection := dict -}}
{{- if eq .Values.certificates.mode "cert-manager" -}}
{{- $injection = dict "cert-manager.io/inject-ca-from" (printf "%s/%s" .Release.Namespace (include "lockstep.fullname" .)) -}}
{{- end -}}
{{- include "lockstep.annotations" (dict "root" . "more" (merge $injection .Values.webhook.annotations)) -}}
{{- end -}}

{{/*
Where the API server finds the webhook: a URL, or our Service. The bundle is the chart's in mode secret alone, and the path
in none: what Helm owned would be put back by each upgrade.
*/}}
{{- define "lockstep.clientConfig" -}}
{{- $path := ternary .path "" .root.Values.webhook.fixedPaths -}}
{{- with .root -}}
{{- $isGiven := eq .Values.certificates.mode "secret" -}}
{{- if .Values.webhook.url }}
url: {{ printf "%s%s" (trimSuffix "/" .Values.webhook.url) $path | quote }}
{{- if $isGiven }}
caBundle: {{ required "certificates.mode is secret and webhook.url is given, which needs webhook.caBundle: base64 of the PEM file of the CA of the server's certificate" .Values.webhook.caBundle | quote }}
{{- end }}
{{- else }}
service:
  namespace: {{ .Release.Namespace }}
  name: {{ include "lockstep.fullname" . }}
  {{- with $path }}
  path: {{ . }}
  {{- end }}
  port: 443
{{- if $isGiven }}
caBundle: {{ required "certificates.mode is secret, which needs certificates.caBundle: base64 of the PEM file of the CA that signed the certificate in certificates.secretName; certs/README.md tells how to make both" .Values.certificates.caBundle | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* What gets versions, as the API's paths name it: a list that JSON and YAML can read. */}}
{{- define "lockstep.headResources" -}}
{{- $resources := dict "config-maps" "configmaps" "secrets" "secrets" -}}
{{- $list := list -}}
{{- range .Values.config.kinds }}{{- $list = append $list (get $resources .) }}{{- end -}}
{{- toJson $list -}}
{{- end -}}

{{/* The namespaces that can't be opted in: what repairs Lockstep must never wait for it. */}}
{{- define "lockstep.neverNamespaces" -}}
{{- $never := list "kube-system" "kube-public" "kube-node-lease" .Release.Namespace -}}
{{- range .Values.namespaces -}}
{{- if has . $never -}}
{{- fail (printf "namespaces: %s can't be opted in; what repairs Lockstep must never wait for it" .) -}}
{{- end -}}
{{- end -}}
{{- toJson $never -}}
{{- end -}}

{{/* Opted-in namespaces. */}}
{{- define "lockstep.namespaceSelector" -}}
matchLabels:
  lockstep.dev/versioning: enabled
matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values: {{ include "lockstep.neverNamespaces" . }}
  {{- with .Values.namespaces }}
  - key: kubernetes.io/metadata.name
    operator: In
    values: {{ toJson . }}
  {{- end }}
{{- end -}}

{{/* What the server does in namespaces that are opted in; a test compares it with what it really does. */}}
{{- define "lockstep.rules" -}}
# Heads are read and asked to be stamped; versions are made, marked and deleted, never changed.
- apiGroups: [""]
  resources: {{ include "lockstep.headResources" . }}
  verbs: [get, list, watch, create, patch, delete]
# Whether there is room for a head and its version.
- apiGroups: [""]
  resources: [resourcequotas]
  verbs: [list]
# Who uses which version, and when that ends.
- apiGroups: [""]
  resources: [pods]
  verbs: [list]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [list, watch]
# Former templates tell a restart from an undo; what they meant at opt-in is noted on them.
# The number of one that nobody meant is set back, so that an undo goes over it. A bare ReplicaSet is a workload, too.
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [get, list, watch, patch]
- apiGroups: [apps]
  resources: [controllerrevisions]
  verbs: [list, watch, patch]
# Workloads that waited for a head, or follow by themselves, are asked to be bound anew; what is decided is decided on what
# they are at that moment, so each is read again.
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets]
  verbs: [get, list, patch]
- apiGroups: [batch]
  resources: [cronjobs]
  verbs: [get, list, watch, patch]
- apiGroups: [""]
  resources: [replicationcontrollers, podtemplates]
  verbs: [get, list, watch, patch]
{{- range .Values.config.customKinds }}
- apiGroups: [{{ .group | quote }}]
  resources: [{{ .resource | quote }}]
  verbs: [get, list, patch]
{{- end }}
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- if .Values.config.helpStuckStatefulSets }}
# A StatefulSet that is OrderedReady waits for a pod of a former revision for ever, where that was never ready
# (kubernetes#67250): it goes, so that the revision that was meant can come. RBAC can't say "not ready"; selfPolicy does.
- apiGroups: [""]
  resources: [pods]
  verbs: [delete]
{{- end }}
{{- end -}}

{{/* Everything with a pod template that the server knows, as groups of resources. */}}
{{- define "lockstep.workloadKinds" -}}
- group: apps
  version: v1
  resources: [deployments, statefulsets, daemonsets, replicasets]
- group: batch
  version: v1
  resources: [jobs, cronjobs]
- group: ""
  version: v1
  resources: [replicationcontrollers, podtemplates, pods, pods/ephemeralcontainers]
{{- range .Values.config.customKinds }}
- group: {{ .group | quote }}
  version: {{ .version }}
  resources: [{{ .resource }}]
{{- end }}
{{- end -}}

{{/* CEL: whether the pod template differs. Absent parts are compared, too: no error, no rejection. */}}
{{- define "lockstep.templateChanged" -}}
{{- $cases := list (dict "group" "" "resource" "pods" "path" "/spec") (dict "group" "" "resource" "podtemplates" "path" "/template") (dict "group" "batch" "resource" "cronjobs" "path" "/spec/jobTemplate/spec/template") -}}
{{- range .Values.config.customKinds }}
{{- $cases = append $cases (dict "group" .group "resource" .resource "path" .template) -}}
{{- end }}
{{- range $cases -}}
{{- $fields := .path | replace "/" ".?" -}}
request.resource.group == {{ .group | quote }} && request.resource.resource == {{ .resource | quote }} ? object{{ $fields }} != oldObject{{ $fields }} : {{ " " -}}
{{- end -}}
object.?spec.?template != oldObject.?spec.?template
{{- end -}}

{{/* Of every Service of the chart. */}}
{{- define "lockstep.ipFamilies" -}}
{{- with .Values.service.ipFamilyPolicy -}}
ipFamilyPolicy: {{ . }}
{{ end -}}
{{- with .Values.service.ipFamilies -}}
ipFamilies: {{ toJson . }}
{{- end -}}
{{- end -}}
