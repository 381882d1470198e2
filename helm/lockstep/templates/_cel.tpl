{{/* Expressions of CEL that several policies share. Each is one line, or a few that are put into a folded block. */}}

{{/* Whether a key is one of these: keys, or prefixes that end in *. Context: k (the variable), keys. */}}
{{- define "lockstep.cel.keyIn" -}}
{{- $k := .k -}}
{{- $exact := list -}}
{{- $alternatives := list -}}
{{- range .keys -}}
{{- if hasSuffix "*" . -}}
{{- $alternatives = append $alternatives (printf "%s.startsWith(%s)" $k (trimSuffix "*" . | toJson)) -}}
{{- else -}}
{{- $exact = append $exact . -}}
{{- end -}}
{{- end -}}
{{- with $exact -}}{{- $alternatives = prepend $alternatives (printf "%s in %s" $k (toJson .)) -}}{{- end -}}
({{ join " || " $alternatives | default "false" }})
{{- end -}}

{{/*
Whether two maps are equal, but for the values under some keys. Context: a, b, but (a list of keys). A field that
Kubernetes will only have in a later version is compared, too.
*/}}
{{- define "lockstep.cel.sameBut" -}}
{{- $but := toJson .but -}}
({{ .a }}.all(k, k in {{ $but }} || (k in {{ .b }} && {{ .a }}[k] == {{ .b }}[k])) && {{ .b }}.all(k, k in {{ $but }} || k in {{ .a }}))
{{- end -}}

{{/*
Whether two objects are equal but for their metadata and what is at this path. Context: path, a list of names of which
the last one may differ. Steps that are not there are empty maps.
*/}}
{{- define "lockstep.cel.sameButAt" -}}
{{- $a := "dyn(object)" -}}
{{- $b := "dyn(oldObject)" -}}
{{- $conditions := list -}}
{{- range $i, $step := .path -}}
{{- $but := list $step -}}
{{- if eq $i 0 -}}{{- $but = list "metadata" $step -}}{{- end -}}
{{- $conditions = append $conditions (include "lockstep.cel.sameBut" (dict "a" $a "b" $b "but" $but)) -}}
{{- $a = printf "dyn(%s[?%q].orValue({}))" $a $step -}}
{{- $b = printf "dyn(%s[?%q].orValue({}))" $b $step -}}
{{- end -}}
({{ join " && " $conditions }})
{{- end -}}

{{/* Whether this is a version, as far as can be seen without hashing its content. Context: the variable. */}}
{{- define "lockstep.cel.isVersion" -}}
({{ . }}.metadata.?labels["lockstep.dev/role"].orValue("") == "version" && {{ . }}.?immutable.orValue(false)
&& {{ . }}.metadata.?labels["lockstep.dev/content"].orValue("") != "" && {{ . }}.metadata.?labels["lockstep.dev/head"].orValue("") != ""
&& {{ . }}.metadata.?labels["lockstep.dev/version"].orValue("").matches("^v([0-9]{3}|[1-9][0-9]{3,6})$")
&& {{ . }}.metadata.?name.orValue("") == {{ . }}.metadata.?annotations["lockstep.dev/head-name"].orValue("") + "-" + {{ . }}.metadata.?labels["lockstep.dev/version"].orValue(""))
{{- end -}}

{{/* The name of the head, where this is the name of a version; else the name. Context: the expression. */}}
{{- define "lockstep.cel.head" -}}
({{ . }}.matches("^.+-v([0-9]{3}|[1-9][0-9]{3,6})$") ? {{ . }}.substring(0, {{ . }}.lastIndexOf("-v")) : {{ . }})
{{- end -}}

{{/* Whether a map has none but these keys. Context: of, keys. */}}
{{- define "lockstep.cel.onlyKeys" -}}
{{ .of }}.all(k, k in {{ toJson .keys }})
{{- end -}}

{{/*
What stands for an item of a list in a comparison: what it says, with heads in place of versions, where it is made of a
reference and nothing that we don't know; else the item itself. Context: item, key (where its reference is), name (the
field that is the name), beside (keys that the item may have besides), fields (those that the reference may have
besides).
*/}}
{{- define "lockstep.cel.reference" -}}
{{- $ref := printf "%s.%s" .item .key -}}
{{- $says := list (printf "dyn(%q)" .key) (printf "dyn(%s)" (include "lockstep.cel.head" (printf "%s.%s" $ref .name))) -}}
{{- $item := .item -}}
{{- range .beside -}}{{- $says = append $says (printf "dyn(%s[?%q].orValue(null))" $item .) -}}{{- end -}}
{{- range .fields -}}{{- $says = append $says (printf "dyn(%s[?%q].orValue(null))" $ref .) -}}{{- end -}}
has({{ $ref }}) && has({{ $ref }}.{{ .name }}) && {{ include "lockstep.cel.onlyKeys" (dict "of" $item "keys" (append .beside .key)) }} && {{ include "lockstep.cel.onlyKeys" (dict "of" $ref "keys" (append .fields .name)) }} ? [{{ join ", " $says }}] : {{ " " -}}
{{- end -}}

{{/* What stands for a variable of a container. Context: the variable. */}}
{{- define "lockstep.cel.env" -}}
{{- $e := . -}}
{{- range list "configMapKeyRef" "secretKeyRef" -}}
has({{ $e }}.valueFrom) && {{ include "lockstep.cel.onlyKeys" (dict "of" $e "keys" (list "name" "valueFrom")) }} && has({{ $e }}.valueFrom.{{ . }}) && has({{ $e }}.valueFrom.{{ . }}.name) && {{ include "lockstep.cel.onlyKeys" (dict "of" (printf "%s.valueFrom" $e) "keys" (list .)) }} && {{ include "lockstep.cel.onlyKeys" (dict "of" (printf "%s.valueFrom.%s" $e .) "keys" (list "name" "key" "optional")) }} ? [dyn({{ $e }}.name), dyn({{ . | quote }}), dyn({{ include "lockstep.cel.head" (printf "%s.valueFrom.%s.name" $e .) }}), dyn({{ $e }}.valueFrom.{{ . }}[?"key"].orValue(null)), dyn({{ $e }}.valueFrom.{{ . }}[?"optional"].orValue(null))] : {{ " " -}}
{{- end -}}
[dyn({{ $e }})]
{{- end -}}

{{- define "lockstep.cel.envFrom" -}}
{{- $e := . -}}
{{- range list "configMapRef" "secretRef" -}}
{{- include "lockstep.cel.reference" (dict "item" $e "key" . "name" "name" "beside" (list "prefix") "fields" (list "optional")) -}}
{{- end -}}
[dyn({{ $e }})]
{{- end -}}

{{- define "lockstep.cel.source" -}}
{{- $s := . -}}
{{- range list "configMap" "secret" -}}
{{- include "lockstep.cel.reference" (dict "item" $s "key" . "name" "name" "beside" list "fields" (list "items" "optional")) -}}
{{- end -}}
[dyn({{ $s }})]
{{- end -}}

{{- define "lockstep.cel.volume" -}}
{{- $v := . -}}
{{- include "lockstep.cel.reference" (dict "item" $v "key" "configMap" "name" "name" "beside" (list "name") "fields" (list "items" "defaultMode" "optional")) -}}
{{- include "lockstep.cel.reference" (dict "item" $v "key" "secret" "name" "secretName" "beside" (list "name") "fields" (list "items" "defaultMode" "optional")) -}}
has({{ $v }}.projected) && {{ include "lockstep.cel.onlyKeys" (dict "of" $v "keys" (list "name" "projected")) }} && {{ include "lockstep.cel.onlyKeys" (dict "of" (printf "%s.projected" $v) "keys" (list "sources" "defaultMode")) }} ? [dyn("projected"), dyn({{ $v }}.name), dyn({{ $v }}.projected[?"defaultMode"].orValue(null)), dyn({{ $v }}.projected[?"sources"].orValue([]).map(s, {{ include "lockstep.cel.source" "s" }}))] : {{ " " -}}
{{- range $key, $secret := dict "csi" "nodePublishSecretRef" "flexVolume" "secretRef" -}}
{{- $ref := printf "%s.%s" $v $key -}}
has({{ $ref }}) && {{ include "lockstep.cel.onlyKeys" (dict "of" $v "keys" (list "name" $key)) }} && has({{ $ref }}.{{ $secret }}) && has({{ $ref }}.{{ $secret }}.name) && {{ include "lockstep.cel.onlyKeys" (dict "of" (printf "%s.%s" $ref $secret) "keys" (list "name")) }} && {{ include "lockstep.cel.onlyKeys" (dict "of" $ref "keys" (list "driver" "readOnly" "fsType" "volumeAttributes" "options" $secret)) }} ? [dyn({{ $key | quote }}), dyn({{ $v }}.name), dyn({{ include "lockstep.cel.head" (printf "%s.%s.name" $ref $secret) }}), dyn({{ $ref }}[?"driver"].orValue(null)), dyn({{ $ref }}[?"readOnly"].orValue(null)), dyn({{ $ref }}[?"fsType"].orValue(null)), dyn({{ $ref }}[?"volumeAttributes"].orValue(null)), dyn({{ $ref }}[?"options"].orValue(null))] : {{ " " -}}
{{- end -}}
[dyn({{ $v }})]
{{- end -}}

{{/* Whether the containers of a list differ in nothing but which versions they name. Context: the name of the list. */}}
{{- define "lockstep.cel.containers" -}}
{{- $a := printf "variables.pod[?%q].orValue([])" . -}}
{{- $b := printf "variables.oldPod[?%q].orValue([])" . -}}
{{ $a }}.map(c, c.name) == {{ $b }}.map(c, c.name)
&& {{ $a }}.all(c, {{ $b }}.exists(o, o.name == c.name
&& {{ include "lockstep.cel.sameBut" (dict "a" "c" "b" "o" "but" (list "env" "envFrom")) }}
&& c[?"env"].orValue([]).map(e, {{ include "lockstep.cel.env" "e" }}) == o[?"env"].orValue([]).map(e, {{ include "lockstep.cel.env" "e" }})
&& c[?"envFrom"].orValue([]).map(e, {{ include "lockstep.cel.envFrom" "e" }}) == o[?"envFrom"].orValue([]).map(e, {{ include "lockstep.cel.envFrom" "e" }})))
{{- end -}}

{{/* Lockstep's own user. */}}
{{- define "lockstep.user" -}}
system:serviceaccount:{{ .Release.Namespace }}:{{ include "lockstep.serviceAccountName" . }}
{{- end -}}

{{/* Its own Secrets: names, for its Role and for what fences it in. */}}
{{- define "lockstep.ownSecrets" -}}
{{- $secrets := list -}}
{{- if has "secrets" .Values.config.kinds -}}{{- $secrets = append $secrets "lockstep-hash-key" -}}{{- end -}}
{{- if eq .Values.certificates.mode "self" -}}{{- $secrets = append $secrets (printf "%s-certificates" (include "lockstep.fullname" .)) -}}{{- end -}}
{{- if not .Values.webhook.fixedPaths -}}{{- $secrets = append $secrets (printf "%s-paths" (include "lockstep.fullname" .)) -}}{{- end -}}
{{- toJson $secrets -}}
{{- end -}}

{{/* Variables of every policy about what Lockstep does in namespaces. */}}
{{- define "lockstep.selfVariables" }}
- name: optedIn
  expression: >-
    namespaceObject.metadata.?labels["lockstep.dev/versioning"].orValue("") == "enabled"
    && !(request.namespace in {{ include "lockstep.neverNamespaces" . }})
    {{- with .Values.namespaces }}
    && request.namespace in {{ toJson . }}
    {{- end }}
- name: isSystem
  expression: request.namespace.startsWith("kube-") && !variables.optedIn
- name: isHome
  expression: request.namespace == {{ .Release.Namespace | toJson }}
- name: labels
  expression: "object == null ? {} : object.metadata.?labels.orValue({})"
- name: oldLabels
  expression: "oldObject == null ? {} : oldObject.metadata.?labels.orValue({})"
- name: annotations
  expression: "object == null ? {} : object.metadata.?annotations.orValue({})"
- name: oldAnnotations
  expression: "oldObject == null ? {} : oldObject.metadata.?annotations.orValue({})"
{{- end }}
