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

{{- define "lockstep.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "lockstep.labels" -}}
{{ include "lockstep.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What helm test makes is no part of the Deployment, and its pod must not be behind the Service. */}}
{{- define "lockstep.testLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "lockstep.testAnnotations" -}}
helm.sh/hook: test
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{- define "lockstep.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "lockstep.serviceAccountName" -}}
{{- default (include "lockstep.fullname" .) .Values.serviceAccount.name -}}
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
{{- if and (eq $mode "self") .Values.namespaces -}}
{{- fail "namespaces is given, so there is no ClusterRole, and certificates.mode is self, which has to write into the webhook configurations of the cluster; take certificates.mode=secret or cert-manager" -}}
{{- end -}}
{{- end -}}

{{/* The Secret of a certificate that is not of our own making. */}}
{{- define "lockstep.tlsSecretName" -}}
{{- default (printf "%s-tls" (include "lockstep.fullname" .)) .Values.certificates.secretName -}}
{{- end -}}

{{/* What cert-manager is to write a bundle into. */}}
{{- define "lockstep.injection" -}}
{{- if eq .Values.certificates.mode "cert-manager" -}}
annotations:
  cert-manager.io/inject-ca-from: {{ .Release.Namespace }}/{{ include "lockstep.fullname" . }}
{{- end -}}
{{- end -}}

{{/*
Where the API server finds the webhook at this path: a URL, or our Service. The bundle is the chart's
in mode secret alone: what Helm owned would be put back by each upgrade.
*/}}
{{- define "lockstep.clientConfig" -}}
{{- $path := .path -}}
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
  path: {{ $path }}
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
- apiGroups: [apps]
  resources: [replicasets, controllerrevisions]
  verbs: [list, watch, patch]
# Workloads that waited for a head, or follow by themselves, are asked to be bound anew.
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets]
  verbs: [list, patch]
- apiGroups: [batch]
  resources: [cronjobs]
  verbs: [list, watch, patch]
- apiGroups: [""]
  resources: [replicationcontrollers, podtemplates]
  verbs: [list, watch, patch]
{{- range .Values.config.customKinds }}
- apiGroups: [{{ .group | quote }}]
  resources: [{{ .resource | quote }}]
  verbs: [list, patch]
{{- end }}
- apiGroups: [""]
  resources: [events]
  verbs: [create]
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
