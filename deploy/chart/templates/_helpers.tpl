{{/* The services: the key of its values, its name (the command's argument), and where it listens. */}}
{{- define "explore.services" -}}
- { key: gateway, name: gateway, port: 8080 }
- { key: retrievalSources, name: retrieval-sources, port: 7101, peers: [gateway] }
- { key: firstStage, name: first-stage, port: 7102, peers: [gateway] }
- { key: secondStageMtml, name: second-stage-mtml, port: 7103, peers: [gateway] }
- { key: valueModelRerank, name: value-model-rerank, port: 7104, peers: [gateway] }
- { key: annIndex, name: ann-index, port: 7110, peers: [gateway, retrieval-sources] }
- { key: streamProcessor, name: stream-processor }
{{- end }}

{{/* What is deployed: each enabled service, and each shard of the index by itself, with its values. JSON. */}}
{{- define "explore.units" -}}
{{- $units := list }}
{{- range include "explore.services" . | fromYamlArray }}
  {{- $values := index $.Values .key }}
  {{- if $values.enabled }}
    {{- if eq .name "ann-index" }}
      {{- $service := . }}
      {{- range $i := until (int $values.shards) }}
        {{- $shard := printf "%d/%d" $i (int $values.shards) }}
        {{- $units = append $units (merge (dict "unit" (printf "ann-index-%d" $i) "shard" $shard "values" $values) $service) }}
      {{- end }}
    {{- else }}
      {{- $units = append $units (merge (dict "unit" .name "values" $values) .) }}
    {{- end }}
  {{- end }}
{{- end }}
{{- $units | toJson }}
{{- end }}

{{- define "explore.name" -}}
{{- contains "explore" .Release.Name | ternary .Release.Name (printf "%s-explore" .Release.Name) | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "explore.selector" -}}
app.kubernetes.io/name: explore
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "explore.labels" -}}
{{ include "explore.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "explore.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Secrets that hold addresses, of Kafka and Redis: for every process. */}}
{{- define "explore.addresses" -}}
{{- with .Values.kafka }}{{ if .existingSecret }}
- name: EXPLORE_EVENTS
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .key }} } }
{{- end }}{{ end }}
{{- with .Values.redis }}{{ if .existingSecret }}
- name: EXPLORE_STATE
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .key }} } }
- name: EXPLORE_PROFILES
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .profilesKey }} } }
{{- end }}{{ end }}
{{- end }}

{{/* Where the stages are, for whoever asks them: a headless Service each, the index's shards in their order. */}}
{{- define "explore.stages" -}}
{{- $name := include "explore.name" . }}
{{- $shards := list }}
{{- range include "explore.units" . | fromJsonArray }}
  {{- if .shard }}
    {{- $shards = append $shards (printf "grpc://%s-%s:%v" $name .unit .port) }}
  {{- else if .peers }}
EXPLORE_{{ .name | upper | replace "-" "_" }}: grpc://{{ $name }}-{{ .unit }}:{{ .port }}
  {{- end }}
{{- end }}
{{- with $shards }}
EXPLORE_ANN_INDEX: {{ join ";" . | quote }}
{{- end }}
{{- end }}

{{- define "explore.podSecurity" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "explore.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* Of {root, key}: what a process may write, and what it is given to read; `key` names the file of the signing Secret. */}}
{{- define "explore.mounts" -}}
- { name: home, mountPath: /data }
- { name: tmp, mountPath: /tmp }
{{- with .root.Values }}
{{- if .bundles.existingClaim }}
- { name: bundles, mountPath: /data/bundles }
{{- end }}
{{- if .bundles.signingSecret }}
- { name: signing, mountPath: /data/key.pem, subPath: {{ $.key }}, readOnly: true }
{{- end }}
{{- if .kafka.filesSecret }}
- { name: kafka, mountPath: /etc/explore/kafka, readOnly: true }
{{- end }}
{{- if .redis.filesSecret }}
- { name: redis, mountPath: /etc/explore/redis, readOnly: true }
{{- end }}
{{- end }}
{{- end }}

{{/* Of {root, key, size}. */}}
{{- define "explore.volumes" -}}
- name: home
  emptyDir: { sizeLimit: {{ .size }} }
- name: tmp
  emptyDir: {}
{{- with .root.Values }}
{{- with .bundles.existingClaim }}
- name: bundles
  persistentVolumeClaim: { claimName: {{ . }} }
{{- end }}
{{- with .bundles.signingSecret }}
- name: signing
  secret: { secretName: {{ . }}, items: [{ key: {{ $.key }}, path: {{ $.key }} }] }
{{- end }}
{{- with .kafka.filesSecret }}
- name: kafka
  secret: { secretName: {{ . }} }
{{- end }}
{{- with .redis.filesSecret }}
- name: redis
  secret: { secretName: {{ . }} }
{{- end }}
{{- end }}
{{- end }}

{{- define "explore.envFrom" -}}
- configMapRef: { name: {{ include "explore.name" . }} }
{{- with .Values.bundles.credentialsSecret }}
- secretRef: { name: {{ . }} }
{{- end }}
{{- end }}
