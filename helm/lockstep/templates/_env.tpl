{{/* The environment of the server: settings of docs/reference.md. */}}
{{- define "lockstep.env" -}}
- name: LOCKSTEP_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: LOCKSTEP_RECORD_USER
  value: {{ .Values.config.recordUser | quote }}
- name: LOCKSTEP_ROLLOUT
  value: {{ .Values.config.rollout | quote }}
- name: LOCKSTEP_MISSING
  value: {{ .Values.config.missing | quote }}
- name: LOCKSTEP_QUIET_PERIOD
  value: {{ .Values.config.quietPeriod | quote }}
- name: LOCKSTEP_REBIND_PER_SECOND
  value: {{ .Values.config.rebindPerSecond | quote }}
- name: LOCKSTEP_KEEP_VERSIONS_CONFIG_MAPS
  value: {{ .Values.config.keepVersions.configMaps | quote }}
- name: LOCKSTEP_KEEP_VERSIONS_SECRETS
  value: {{ .Values.config.keepVersions.secrets | quote }}
- name: LOCKSTEP_MAX_VERSIONS
  value: {{ .Values.config.maxVersions | quote }}
- name: LOCKSTEP_MAX_NAMES_PER_TEMPLATE
  value: {{ .Values.config.maxNamesPerTemplate | quote }}
- name: LOCKSTEP_COPIED_LABELS
  value: {{ .Values.config.copiedLabels | join "," | quote }}
- name: LOCKSTEP_RETENTION_MODE
  value: {{ .Values.config.retention.mode | quote }}
- name: LOCKSTEP_RETENTION_GRACE
  value: {{ .Values.config.retention.grace | quote }}
- name: LOCKSTEP_RETENTION_MINIMUM_AGE
  value: {{ .Values.config.retention.minimumAge | quote }}
- name: LOCKSTEP_RETENTION_SWEEP
  value: {{ .Values.config.retention.sweep | quote }}
- name: LOCKSTEP_KINDS
  value: {{ .Values.config.kinds | join "," | quote }}
- name: LOCKSTEP_SECRETS
  value: {{ .Values.config.secrets | quote }}
- name: LOCKSTEP_HELP_STUCK_STATEFUL_SETS
  value: {{ .Values.config.helpStuckStatefulSets | quote }}
{{- with .Values.namespaces }}
- name: LOCKSTEP_NAMESPACES
  value: {{ . | join "," | quote }}
{{- end }}
- name: LOCKSTEP_RETENTION_OPTED_OUT
  value: {{ .Values.config.retention.optedOut | quote }}
- name: LOCKSTEP_DRAIN
  value: {{ .Values.config.drain | quote }}
{{- if ne .Values.callerAuthentication.mode "none" }}
- name: LOCKSTEP_CALLER_AUTHENTICATION_MODE
  value: {{ .Values.callerAuthentication.mode | quote }}
- name: LOCKSTEP_CALLER_AUTHENTICATION_CA
  value: /caller-ca/ca
{{- with .Values.callerAuthentication.allowedNames }}
- name: LOCKSTEP_CALLER_AUTHENTICATION_ALLOWED_NAMES
  value: {{ join "," . | quote }}
{{- end }}
{{- end }}
- name: LOCKSTEP_HEADS
  value: {{ .Values.config.heads | quote }}
- name: LOCKSTEP_TLS_MODE
  value: {{ ternary "self" "files" (eq .Values.certificates.mode "self") }}
- name: LOCKSTEP_TLS_WEBHOOKS
  value: {{ include "lockstep.fullname" . }}
{{- if eq .Values.certificates.mode "self" }}
- name: LOCKSTEP_TLS_SECRET
  value: {{ include "lockstep.fullname" . }}-certificates
- name: LOCKSTEP_TLS_CA_LIFETIME
  value: {{ .Values.certificates.caLifetime | quote }}
- name: LOCKSTEP_TLS_LEAF_LIFETIME
  value: {{ .Values.certificates.leafLifetime | quote }}
{{- end }}
- name: LOCKSTEP_FIXED_PATHS
  value: {{ .Values.webhook.fixedPaths | quote }}
- name: LOCKSTEP_PATHS_SECRET
  value: {{ include "lockstep.fullname" . }}-paths
{{- range $i, $kind := .Values.config.customKinds }}
{{- range $field, $value := $kind }}
- name: LOCKSTEP_CUSTOM_KINDS_{{ $i }}__{{ $field | upper }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
- name: QUARKUS_HTTP_SSL_PORT
  value: {{ .Values.webhook.port | quote }}
- name: QUARKUS_MANAGEMENT_PORT
  value: {{ .Values.monitoring.port | quote }}
- name: QUARKUS_LOG_CATEGORY__DEV_LOCKSTEP__LEVEL
  value: {{ .Values.config.logLevel | quote }}
- name: QUARKUS_LOG_CONSOLE_JSON_ENABLED
  value: {{ eq .Values.config.logFormat "json" | quote }}
{{- end -}}
