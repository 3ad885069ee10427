{{- define "bugscrub.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- /* The name of every object. It leaves room for suffixes within 63 characters. */}}
{{- define "bugscrub.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "bugscrub.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "bugscrub.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* The labels that select the Deployment's pods. They never change during a release's life. */}}
{{- define "bugscrub.selectorLabels" -}}
app.kubernetes.io/name: {{ include "bugscrub.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end }}

{{- define "bugscrub.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "bugscrub.selectorLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "bugscrub.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "bugscrub.fullname" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{- define "bugscrub.image" -}}
{{- if .Values.embeddedPostgres.enabled }}
{{- .Values.embeddedPostgres.image }}
{{- else if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end }}
{{- end }}

{{- /* How long requests in flight may take to finish once the program was told to stop. This is the program's own
       limit (ServeLimits::drain). */}}
{{- define "bugscrub.drainSeconds" -}}20{{- end }}

{{- /* The most connections that one replica opens to Postgres. This is the program's own limit. */}}
{{- define "bugscrub.connections" -}}24{{- end }}

{{- define "bugscrub.maxReplicas" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.maxReplicas }}{{ else }}{{ .Values.replicaCount }}{{ end }}
{{- end }}

{{- define "bugscrub.clusterName" -}}
{{ .Values.cloudnativepg.name | default (printf "%s-db" (include "bugscrub.fullname" .)) }}
{{- end }}

{{- /* A setting as the text of a variable. YAML turns whole numbers into floating-point ones. */}}
{{- define "bugscrub.settingValue" -}}
{{- if kindIs "slice" . }}{{ join "," . }}
{{- else if and (kindIs "float64" .) (eq (float64 (int64 .)) .) }}{{ int64 . }}
{{- else }}{{ toString . }}
{{- end }}
{{- end }}

{{- /* Where the database's URL is: an environment variable, a mount and a volume. */}}
{{- define "bugscrub.databaseEnv" -}}
{{- if .Values.embeddedPostgres.enabled }}
- name: BUGSCRUB_DATA_DIR
  value: /var/lib/bugscrub
{{- else }}
- name: BUGSCRUB_DATABASE_URL_FILE
  value: /etc/bugscrub/database/url
{{- end }}
{{- end }}

{{- define "bugscrub.databaseMount" -}}
{{- if .Values.embeddedPostgres.enabled }}
- name: data
  mountPath: /var/lib/bugscrub
- name: tmp
  mountPath: /tmp
{{- else }}
- name: database
  mountPath: /etc/bugscrub/database
  readOnly: true
{{- end }}
{{- end }}

{{- define "bugscrub.databaseVolume" -}}
{{- if .Values.embeddedPostgres.enabled }}
- name: data
  persistentVolumeClaim:
    claimName: {{ .Values.embeddedPostgres.persistence.existingClaim | default (printf "%s-data" (include "bugscrub.fullname" .)) }}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- else if .Values.cloudnativepg.enabled }}
- name: database
  secret:
    secretName: {{ include "bugscrub.clusterName" . }}-app
    defaultMode: 0440
    items:
      - key: uri
        path: url
{{- else }}
- name: database
  secret:
    secretName: {{ .Values.database.secret.name | default .Values.secret.name }}
    defaultMode: 0440
    items:
      - key: {{ .Values.database.secret.key }}
        path: url
{{- end }}
{{- end }}

{{- define "bugscrub.podSecurityContext" -}}
{{- if .Values.embeddedPostgres.enabled }}
{{- $user := int .Values.embeddedPostgres.runAsUser }}
{{- toYaml (merge (dict "runAsUser" $user "runAsGroup" $user "fsGroup" $user) .Values.podSecurityContext) }}
{{- else }}
{{- toYaml .Values.podSecurityContext }}
{{- end }}
{{- end }}

{{- /* Selects this release's series, by the labels that the Prometheus operator sets. */}}
{{- define "bugscrub.series" -}}
namespace={{ .Release.Namespace | quote }}, service={{ include "bugscrub.fullname" . | quote }}
{{- end }}

{{- /* The paths of a route as JSON: `paths`, without the webhook if it has a route of its own (`apart`). */}}
{{- define "bugscrub.paths" -}}
{{- $left := list }}
{{- range .paths }}
{{- if not (and $.apart (eq .path "/webhooks/github")) }}{{ $left = append $left . }}{{ end }}
{{- end }}
{{- $left | toJson }}
{{- end }}
