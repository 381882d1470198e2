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
{{- end -}}

{{- define "lockstep.serviceAccountName" -}}
{{- default (include "lockstep.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{/* Where the API server finds the webhook at this path: a URL, or our Service. */}}
{{- define "lockstep.clientConfig" -}}
{{- $path := .path -}}
{{- with .root -}}
{{- if .Values.webhook.url }}
url: {{ printf "%s%s" (trimSuffix "/" .Values.webhook.url) $path | quote }}
caBundle: {{ required "webhook.url needs webhook.caBundle: base64 of the PEM file of the CA of the server's certificate" .Values.webhook.caBundle | quote }}
{{- else }}
service:
  namespace: {{ .Release.Namespace }}
  name: {{ include "lockstep.fullname" . }}
  path: {{ $path }}
  port: 443
caBundle: {{ required "certificates.caBundle is missing: base64 of the PEM file of the CA that signed the certificate in certificates.secretName; certs/README.md tells how to make both" .Values.certificates.caBundle | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Opted-in namespaces. What repairs Lockstep must never wait for it: never the cluster's own and ours. */}}
{{- define "lockstep.namespaceSelector" -}}
matchLabels:
  lockstep.dev/versioning: enabled
matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values: [kube-system, kube-public, kube-node-lease, {{ .Release.Namespace }}]
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
