{{- /* What the values' schema cannot say: what must not stand together. Each message says what to do. */}}
{{- define "bugscrub.validate" -}}
{{- $values := .Values }}

{{- /* What a value must look like; a schema would only show its pattern. */}}
{{- $name := "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" }}
{{- $size := "^[0-9]+(\\.[0-9]+)?(M|Mi|G|Gi|T|Ti)$" }}
{{- $words := list
  (list "secret.name" $values.secret.name $name "is not the name of a Secret: small letters, digits, - and ., such as bugscrub")
  (list "image.repository" $values.image.repository "^[^:@]+(:[0-9]+/[^:@]+)?$" "must be a repository alone; its tag goes into image.tag, its digest into image.digest")
  (list "listenAddress" $values.listenAddress "^([0-9.]+|\\[[0-9a-fA-F:]+\\])$" "must be an address such as 0.0.0.0 or [::], without a port")
  (list "serviceMonitor.interval" $values.serviceMonitor.interval "^([0-9]+(ms|s|m|h|d))+$" "must be a duration such as 30s")
  (list "cloudnativepg.storage.size" $values.cloudnativepg.storage.size $size "must be a size such as 20Gi")
  (list "prometheusRule.runbookUrl" $values.prometheusRule.runbookUrl "^https?://" "must be an address that begins with https://") }}
{{- range list
  (list "fullnameOverride" $values.fullnameOverride "^[a-z]([-a-z0-9]*[a-z0-9])?$" "is no name of an object: small letters, digits and -, a letter first")
  (list "database.secret.name" $values.database.secret.name $name "is not the name of a Secret: small letters, digits, - and ., such as bugscrub-database")
  (list "cloudnativepg.name" $values.cloudnativepg.name "^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$" "is no name of a Cluster: up to 50 small letters, digits and -, a letter first")
  (list "image.tag" $values.image.tag "^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$" "is not a tag, such as 0.1.0")
  (list "image.digest" $values.image.digest "^sha256:[0-9a-f]{64}$" "must be sha256: and 64 hex digits")
  (list "ingress.host" $values.ingress.host "^[a-z0-9*]([-a-z0-9.]*[a-z0-9])?$" "must be a host's name alone, such as scrub.acme.example, without https:// and without a path")
  (list "embeddedPostgres.persistence.size" $values.embeddedPostgres.persistence.size $size "must be a size such as 20Gi") }}
{{- if index . 1 }}{{ $words = append $words . }}{{ end }}
{{- end }}
{{- range $values.paths }}
{{- $words = append $words (list "paths" .path "^/" "must be paths that begin with /") }}
{{- end }}
{{- range $values.views }}
{{- $words = append $words (list "views" .name "^[a-z0-9][a-z0-9-]{0,63}$" "must have names of 1 to 64 small letters, digits and -, a letter or digit first") }}
{{- end }}
{{- range $values.httpRoute.hostnames }}
{{- $words = append $words (list "httpRoute.hostnames" . "^[a-z0-9*]([-a-z0-9.]*[a-z0-9])?$" "must be hosts' names alone, such as scrub.acme.example") }}
{{- end }}
{{- range $words }}
{{- if not (regexMatch (index . 2) (index . 1)) }}
{{- fail (printf "\n\n%s: %q %s." (index . 0) (index . 1) (index . 3)) }}
{{- end }}
{{- end }}

{{- if and $values.cloudnativepg.enabled $values.embeddedPostgres.enabled }}
{{- fail "\n\ncloudnativepg.enabled and embeddedPostgres.enabled are both true: choose one database." }}
{{- end }}
{{- if not (or $values.cloudnativepg.enabled $values.embeddedPostgres.enabled) }}
{{- if not $values.database.secret.key }}
{{- fail "\n\nNo database: set database.secret.key (and database.secret.name) to the Secret that holds a Postgres URL, or cloudnativepg.enabled to true. The embedded Postgres is for trying things; if you want it all the same, ask for it by name with embeddedPostgres.enabled, on a volume." }}
{{- end }}
{{- end }}

{{- if $values.embeddedPostgres.enabled }}
{{- if not $values.embeddedPostgres.image }}
{{- fail "\n\nembeddedPostgres.enabled needs embeddedPostgres.image: an image that has Postgres beside bugscrub, since the usual one has none. docs/operate-kubernetes.md shows how to make one." }}
{{- end }}
{{- if not (or $values.embeddedPostgres.persistence.size $values.embeddedPostgres.persistence.existingClaim) }}
{{- fail "\n\nembeddedPostgres.enabled needs a volume, or everything is lost with the pod: set embeddedPostgres.persistence.size (a new one) or embeddedPostgres.persistence.existingClaim." }}
{{- end }}
{{- if or $values.autoscaling.enabled (ne (int $values.replicaCount) 1) }}
{{- fail "\n\nembeddedPostgres.enabled allows one replica, which owns its database: set replicaCount to 1 and autoscaling.enabled to false, or use a Postgres that replicas can share." }}
{{- end }}
{{- end }}

{{- if and $values.autoscaling.enabled (gt (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas)) }}
{{- fail (printf "\n\nautoscaling.minReplicas (%d) is more than autoscaling.maxReplicas (%d)." (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas)) }}
{{- end }}
{{- if $values.autoscaling.enabled }}
{{- if not (dig "requests" "cpu" "" $values.resources) }}
{{- fail "\n\nautoscaling.enabled needs resources.requests.cpu: the target is a share of it." }}
{{- end }}
{{- end }}

{{- $needed := add $values.termination.preStopSeconds (include "bugscrub.drainSeconds" . | int) }}
{{- if le (int $values.termination.gracePeriodSeconds) (int $needed) }}
{{- fail (printf "\n\ntermination.gracePeriodSeconds (%d) must be more than %d: termination.preStopSeconds (%d) and the drain (%s), or pods are killed with deliveries in flight." (int $values.termination.gracePeriodSeconds) (int $needed) (int $values.termination.preStopSeconds) (include "bugscrub.drainSeconds" .)) }}
{{- end }}

{{- if $values.cloudnativepg.enabled }}
{{- $max := dig "max_connections" 100 $values.cloudnativepg.parameters | int }}
{{- $least := include "bugscrub.connectionsNeeded" . | int }}
{{- if lt $max $least }}
{{- fail (printf "\n\ncloudnativepg.parameters.max_connections (%d) is too small for %s replicas, of which there are twice as many while they are replaced: %d or more. A change restarts Postgres." $max (include "bugscrub.maxReplicas" .) $least) }}
{{- end }}
{{- $synchronous := int $values.cloudnativepg.synchronous.number }}
{{- $instances := int $values.cloudnativepg.instances }}
{{- if and (gt $instances 1) (ge $synchronous $instances) }}
{{- fail (printf "\n\ncloudnativepg.synchronous.number (%d) must be less than cloudnativepg.instances (%d), one of which is the primary, or nothing is ever committed." $synchronous $instances) }}
{{- end }}
{{- if hasKey $values.cloudnativepg.spec "bootstrap" }}
{{- fail "\n\ncloudnativepg.spec.bootstrap: use cloudnativepg.bootstrap, which replaces the empty database that a new Cluster begins with." }}
{{- end }}
{{- end }}

{{- $own := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "helm.sh/chart" }}
{{- range $where := list "commonLabels" "podLabels" }}
{{- range $key := keys (get $values $where) | sortAlpha }}
{{- if has $key $own }}
{{- fail (printf "\n\n%s: %s is set by the chart itself, and a label that is there twice selects nothing or is refused; nameOverride changes app.kubernetes.io/name." $where $key) }}
{{- end }}
{{- end }}
{{- end }}

{{- if and $values.ingress.enabled (not $values.ingress.host) }}
{{- fail "\n\ningress.enabled needs ingress.host: the name that GitHub delivers to, such as scrub.acme.example." }}
{{- end }}
{{- if and $values.httpRoute.enabled (not $values.httpRoute.parentRefs) }}
{{- fail "\n\nhttpRoute.enabled needs httpRoute.parentRefs: the Gateway that it belongs to, such as [{name: public, namespace: gateways}]." }}
{{- end }}
{{- if and (or $values.ingress.enabled $values.httpRoute.enabled) (not $values.paths) }}
{{- fail "\n\npaths is empty: GitHub could not deliver. /webhooks/github is needed at least." }}
{{- end }}

{{- if $values.networkPolicy.enabled }}
{{- range $peers := list "dnsTo" "githubTo" }}
{{- if not (get $values.networkPolicy $peers) }}
{{- fail (printf "\n\nnetworkPolicy.%s is empty, which would let the pods reach anything: name peers, or leave it out for the default." $peers) }}
{{- end }}
{{- end }}
{{- if not $values.networkPolicy.ingressFrom }}
{{- fail "\n\nnetworkPolicy.enabled needs networkPolicy.ingressFrom, or GitHub's deliveries are shut out: name the ingress controller's namespace, such as [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}]." }}
{{- end }}
{{- if and $values.serviceMonitor.enabled (not $values.networkPolicy.scrapeFrom) }}
{{- fail "\n\nnetworkPolicy.enabled with serviceMonitor.enabled needs networkPolicy.scrapeFrom, or scrapes are shut out: name Prometheus' namespace, such as [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]." }}
{{- end }}
{{- if not (or $values.networkPolicy.databaseTo $values.cloudnativepg.enabled $values.embeddedPostgres.enabled) }}
{{- fail "\n\nnetworkPolicy.enabled needs networkPolicy.databaseTo, or the database is out of reach: peers such as [{ipBlock: {cidr: 10.1.2.3/32}}] or a podSelector." }}
{{- end }}
{{- end }}

{{- if and $values.prometheusRule.enabled (not $values.serviceMonitor.enabled) }}
{{- fail "\n\nprometheusRule.enabled needs serviceMonitor.enabled: without it there is nothing to alert on." }}
{{- end }}

{{- $known := .Files.Get "files/settings.txt" | trim | splitList "\n" }}
{{- if not (first $known) }}{{ fail "files/settings.txt is missing from the chart" }}{{ end }}
{{- $ours := dict
  "BUGSCRUB_LISTEN" "listenAddress"
  "BUGSCRUB_DATABASE_URL" "database.secret"
  "BUGSCRUB_DATABASE_URL_FILE" "database.secret"
  "BUGSCRUB_DATA_DIR" "embeddedPostgres"
  "BUGSCRUB_WEBHOOK_SECRET" "secret"
  "BUGSCRUB_WEBHOOK_SECRET_FILE" "secret"
  "BUGSCRUB_ADMIN_TOKEN" "secret.keys.adminToken"
  "BUGSCRUB_ADMIN_TOKEN_FILE" "secret.keys.adminToken"
  "BUGSCRUB_APP_ID" "secret"
  "BUGSCRUB_PRIVATE_KEY" "secret"
  "BUGSCRUB_PRIVATE_KEY_FILE" "secret"
  "BUGSCRUB_VIEWS_FILE" "views" }}
{{- range $name, $value := $values.settings }}
{{- with get $ours $name }}
{{- fail (printf "\n\nsettings.%s: the chart sets this one itself, from %s. Secrets are only referred to, never written into values." $name .) }}
{{- end }}
{{- if not (has $name $known) }}
{{- fail (printf "\n\nsettings.%s: the program has no such setting. It has: %s. For other variables there is extraEnv." $name (join ", " $known)) }}
{{- end }}
{{- end }}
{{- /* YAML would make another text of a number: 007 of a login, 1e5 of an id. */}}
{{- range $name, $value := $values.settings }}
{{- $words := kindIs "slice" $value | ternary $value (list $value) }}
{{- if or (kindIs "slice" $value) (has $name (list "BUGSCRUB_ACCOUNTS" "BUGSCRUB_BOTS")) }}
{{- range $words }}
{{- if not (kindIs "string" .) }}
{{- fail (printf "\n\nsettings.%s: %s is no text: write it in quotes, such as [\"acme\", \"583231\"]." $name (include "bugscrub.settingValue" .)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- range $values.extraEnv }}
{{- if or (hasKey $ours .name) (hasKey $values.settings .name) }}
{{- fail (printf "\n\nextraEnv has %s, which the chart sets itself." .name) }}
{{- end }}
{{- end }}
{{- end }}

{{- /* All replicas twice, since a rolling upgrade starts a new one as soon as an old one only drains;
       each with its connections; and 10 for people, the operator and its own. */}}
{{- define "bugscrub.connectionsNeeded" -}}
{{ add (mul 2 (include "bugscrub.maxReplicas" .) (include "bugscrub.connections" .)) 10 }}
{{- end }}
