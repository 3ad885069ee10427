{{- /* Checks what the values' schema cannot: which values must not be combined. Each message says what to do. */}}
{{- define "bugscrub.validate" -}}
{{- $values := .Values }}

{{- /* Checks what a value must look like. A schema's error would only show the pattern. */}}
{{- $name := "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" }}
{{- $size := "^[0-9]+(\\.[0-9]+)?(M|Mi|G|Gi|T|Ti)$" }}
{{- $words := list
  (list "secret.name" $values.secret.name $name "is not the name of a Secret. Use lower-case letters, digits, - and ., such as bugscrub")
  (list "image.repository" $values.image.repository "^[^:@]+(:[0-9]+/[^:@]+)?$" "must be a repository without a tag or digest; those go into image.tag and image.digest")
  (list "listenAddress" $values.listenAddress "^([0-9.]+|\\[[0-9a-fA-F:]+\\])$" "must be an address such as 0.0.0.0 or [::], without a port")
  (list "serviceMonitor.interval" $values.serviceMonitor.interval "^([0-9]+(ms|s|m|h|d))+$" "must be a duration such as 30s")
  (list "cloudnativepg.storage.size" $values.cloudnativepg.storage.size $size "must be a size such as 20Gi")
  (list "prometheusRule.runbookUrl" $values.prometheusRule.runbookUrl "^https?://" "must be an address that begins with https://") }}
{{- range list
  (list "fullnameOverride" $values.fullnameOverride "^[a-z]([-a-z0-9]*[a-z0-9])?$" "is not the name of an object. Use lower-case letters, digits and -, beginning with a letter")
  (list "database.secret.name" $values.database.secret.name $name "is not the name of a Secret. Use lower-case letters, digits, - and ., such as bugscrub-database")
  (list "cloudnativepg.name" $values.cloudnativepg.name "^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$" "is not the name of a Cluster. Use up to 50 lower-case letters, digits and -, beginning with a letter")
  (list "image.tag" $values.image.tag "^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$" "is not a tag, such as 0.1.0")
  (list "image.digest" $values.image.digest "^sha256:[0-9a-f]{64}$" "must be sha256: and 64 hex digits")
  (list "ingress.host" $values.ingress.host "^[a-z0-9*]([-a-z0-9.]*[a-z0-9])?$" "must be just a host name, such as scrub.acme.example, without https:// and without a path")
  (list "ingress.webhook.host" $values.ingress.webhook.host "^[a-z0-9*]([-a-z0-9.]*[a-z0-9])?$" "must be just a host name, such as scrub.acme.example, without https:// and without a path")
  (list "embeddedPostgres.persistence.size" $values.embeddedPostgres.persistence.size $size "must be a size such as 20Gi") }}
{{- if index . 1 }}{{ $words = append $words . }}{{ end }}
{{- end }}
{{- range $values.paths }}
{{- $words = append $words (list "paths" .path "^/" "must be a path that begins with /") }}
{{- end }}
{{- range $values.views }}
{{- $words = append $words (list "views" .name "^[a-z0-9][a-z0-9-]{0,63}$" "is not the name of a view. Use 1 to 64 lower-case letters, digits and -, beginning with a letter or digit") }}
{{- end }}
{{- range $values.collections }}
{{- $words = append $words (list "collections" .name "^[a-z0-9][a-z0-9-]{0,63}$" "is not the name of a collection. Use 1 to 64 lower-case letters, digits and -, beginning with a letter or digit") }}
{{- end }}
{{- range $name, $logins := $values.groups }}
{{- $words = append $words (list "groups" $name "^[a-z0-9][a-z0-9-]{0,63}$" "is not the name of a group. Use 1 to 64 lower-case letters, digits and -, beginning with a letter or digit") }}
{{- end }}
{{- range concat $values.httpRoute.hostnames $values.httpRoute.webhook.hostnames }}
{{- $words = append $words (list "httpRoute.hostnames" . "^[a-z0-9*]([-a-z0-9.]*[a-z0-9])?$" "must be just a host name, such as scrub.acme.example") }}
{{- end }}
{{- range $words }}
{{- if not (regexMatch (index . 2) (index . 1)) }}
{{- fail (printf "\n\n%s: %q %s." (index . 0) (index . 1) (index . 3)) }}
{{- end }}
{{- end }}

{{- if and $values.cloudnativepg.enabled $values.embeddedPostgres.enabled }}
{{- fail "\n\ncloudnativepg.enabled and embeddedPostgres.enabled are both true: choose one database." }}
{{- end }}
{{- if and $values.database.citus (or $values.cloudnativepg.enabled $values.embeddedPostgres.enabled) }}
{{- fail "\n\ndatabase.citus needs a database that is there already, by its URL: neither the chart's Cluster nor the embedded Postgres has Citus." }}
{{- end }}
{{- if not (or $values.cloudnativepg.enabled $values.embeddedPostgres.enabled) }}
{{- if not $values.database.secret.key }}
{{- fail "\n\nNo database: set database.secret.key (and database.secret.name) to the Secret that holds a Postgres URL, or cloudnativepg.enabled to true. The embedded Postgres is for trying things out. If you want it anyway, set embeddedPostgres.enabled, and give it a volume." }}
{{- end }}
{{- end }}

{{- if $values.embeddedPostgres.enabled }}
{{- if not $values.embeddedPostgres.image }}
{{- fail "\n\nembeddedPostgres.enabled needs embeddedPostgres.image: an image with both Postgres and bugscrub, because the usual one has no Postgres. docs/operate-kubernetes.md shows how to build one." }}
{{- end }}
{{- if not (or $values.embeddedPostgres.persistence.size $values.embeddedPostgres.persistence.existingClaim) }}
{{- fail "\n\nembeddedPostgres.enabled needs a volume, or everything is lost with the pod. Set embeddedPostgres.persistence.size for a new volume, or embeddedPostgres.persistence.existingClaim." }}
{{- end }}
{{- if or $values.autoscaling.enabled (ne (int $values.replicaCount) 1) }}
{{- fail "\n\nembeddedPostgres.enabled allows one replica, which owns its database. Set replicaCount to 1 and autoscaling.enabled to false, or use a Postgres that replicas can share." }}
{{- end }}
{{- end }}

{{- if and $values.autoscaling.enabled (gt (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas)) }}
{{- fail (printf "\n\nautoscaling.minReplicas (%d) is more than autoscaling.maxReplicas (%d)." (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas)) }}
{{- end }}
{{- if $values.autoscaling.enabled }}
{{- if not (dig "requests" "cpu" "" $values.resources) }}
{{- fail "\n\nautoscaling.enabled needs resources.requests.cpu, because the target is a share of it." }}
{{- end }}
{{- end }}

{{- $needed := add $values.termination.preStopSeconds (include "bugscrub.drainSeconds" . | int) }}
{{- if le (int $values.termination.gracePeriodSeconds) (int $needed) }}
{{- fail (printf "\n\ntermination.gracePeriodSeconds (%d) must be more than %d, the sum of termination.preStopSeconds (%d) and the program's own time to finish (%s). Otherwise pods are killed with deliveries in flight." (int $values.termination.gracePeriodSeconds) (int $needed) (int $values.termination.preStopSeconds) (include "bugscrub.drainSeconds" .)) }}
{{- end }}

{{- if $values.cloudnativepg.enabled }}
{{- $max := dig "max_connections" 100 $values.cloudnativepg.parameters | int }}
{{- $least := include "bugscrub.connectionsNeeded" . | int }}
{{- if lt $max $least }}
{{- fail (printf "\n\ncloudnativepg.parameters.max_connections (%d) is too small for %s replicas. While they are replaced there are twice as many, which need %d or more. A change restarts Postgres." $max (include "bugscrub.maxReplicas" .) $least) }}
{{- end }}
{{- $synchronous := int $values.cloudnativepg.synchronous.number }}
{{- $instances := int $values.cloudnativepg.instances }}
{{- if and (gt $instances 1) (ge $synchronous $instances) }}
{{- fail (printf "\n\ncloudnativepg.synchronous.number (%d) must be less than cloudnativepg.instances (%d), because one of them is the primary. Otherwise nothing is ever committed." $synchronous $instances) }}
{{- end }}
{{- if hasKey $values.cloudnativepg.spec "bootstrap" }}
{{- fail "\n\ncloudnativepg.spec.bootstrap is not allowed. Use cloudnativepg.bootstrap, which replaces the empty database that a new Cluster begins with." }}
{{- end }}
{{- end }}

{{- $own := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "helm.sh/chart" }}
{{- range $where := list "commonLabels" "podLabels" }}
{{- range $key := keys (get $values $where) | sortAlpha }}
{{- if has $key $own }}
{{- fail (printf "\n\n%s: the chart itself sets %s. A label that appears twice selects nothing or is refused. nameOverride changes app.kubernetes.io/name." $where $key) }}
{{- end }}
{{- end }}
{{- end }}

{{- if and $values.signIn.enabled (not $values.github.enabled) }}
{{- fail "\n\nsignIn.enabled needs github.enabled, because people sign in through the GitHub App." }}
{{- end }}

{{- if and $values.ingress.enabled (not $values.ingress.host) }}
{{- fail "\n\ningress.enabled needs ingress.host: the host name to which GitHub delivers, such as scrub.acme.example." }}
{{- end }}
{{- if and $values.httpRoute.enabled (not $values.httpRoute.parentRefs) }}
{{- fail "\n\nhttpRoute.enabled needs httpRoute.parentRefs: the Gateway that it attaches to, such as [{name: public, namespace: gateways}]." }}
{{- end }}
{{- if and $values.ingress.webhook.enabled (not $values.ingress.webhook.host) }}
{{- fail "\n\ningress.webhook.enabled needs ingress.webhook.host: the host name to which GitHub delivers, such as hooks.acme.example." }}
{{- end }}
{{- if and $values.httpRoute.webhook.enabled (not $values.httpRoute.webhook.parentRefs) }}
{{- fail "\n\nhttpRoute.webhook.enabled needs httpRoute.webhook.parentRefs: the Gateway that it attaches to, such as [{name: public, namespace: gateways}]." }}
{{- end }}
{{- range $kind, $route := dict "ingress" $values.ingress "httpRoute" $values.httpRoute }}
{{- if and $route.enabled $route.webhook.enabled (eq (include "bugscrub.paths" (dict "paths" $values.paths "apart" true)) "[]") }}
{{- fail (printf "\n\n%s.enabled: nothing but the webhook is in paths, and %s.webhook.enabled exposes that. Turn one of them off, or add a path such as /api." $kind $kind) }}
{{- end }}
{{- end }}
{{- if and (or $values.ingress.enabled $values.httpRoute.enabled) (not $values.paths) }}
{{- fail "\n\npaths is empty, so GitHub could not deliver. It needs at least /webhooks/github." }}
{{- end }}

{{- if $values.networkPolicy.enabled }}
{{- range $peers := list "dnsTo" "githubTo" "chatTo" }}
{{- if not (get $values.networkPolicy $peers) }}
{{- fail (printf "\n\nnetworkPolicy.%s is empty, which would let the pods reach anything. Name peers, or leave it out to get the default." $peers) }}
{{- end }}
{{- end }}
{{- if not $values.networkPolicy.ingressFrom }}
{{- fail "\n\nnetworkPolicy.enabled needs networkPolicy.ingressFrom, or GitHub's deliveries are shut out. Name the ingress controller's namespace, such as [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}]." }}
{{- end }}
{{- if and $values.serviceMonitor.enabled (not $values.networkPolicy.scrapeFrom) }}
{{- fail "\n\nnetworkPolicy.enabled with serviceMonitor.enabled needs networkPolicy.scrapeFrom, or scrapes are shut out. Name Prometheus' namespace, such as [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]." }}
{{- end }}
{{- if not (or $values.networkPolicy.databaseTo $values.cloudnativepg.enabled $values.embeddedPostgres.enabled) }}
{{- fail "\n\nnetworkPolicy.enabled needs networkPolicy.databaseTo, or the database is out of reach. Name peers, such as [{ipBlock: {cidr: 10.1.2.3/32}}] or a podSelector." }}
{{- end }}
{{- end }}

{{- if and $values.prometheusRule.enabled (not $values.serviceMonitor.enabled) }}
{{- fail "\n\nprometheusRule.enabled needs serviceMonitor.enabled; without it there is nothing to alert on." }}
{{- end }}

{{- if and $values.serviceMonitor.enabled (ne $values.service.type "ClusterIP") }}
{{- fail "\n\nserviceMonitor.enabled needs service.type ClusterIP: any other type would publish the metrics, which ask for no token. Publish the service with an Ingress or an HTTPRoute." }}
{{- end }}

{{- $known := .Files.Get "files/settings.txt" | trim | splitList "\n" }}
{{- if not (first $known) }}{{ fail "files/settings.txt is missing from the chart" }}{{ end }}
{{- $ours := dict
  "BUGSCRUB_LISTEN" "listenAddress"
  "BUGSCRUB_METRICS_LISTEN" "listenAddress"
  "BUGSCRUB_DATABASE_URL" "database.secret"
  "BUGSCRUB_DATABASE_URL_FILE" "database.secret"
  "BUGSCRUB_DATA_DIR" "embeddedPostgres"
  "BUGSCRUB_WEBHOOK_SECRET" "secret"
  "BUGSCRUB_WEBHOOK_SECRET_FILE" "secret"
  "BUGSCRUB_WEBHOOK_SECRET_OLD" "secret.keys.webhookSecretOld"
  "BUGSCRUB_WEBHOOK_SECRET_OLD_FILE" "secret.keys.webhookSecretOld"
  "BUGSCRUB_CLIENT_ID" "signIn.enabled"
  "BUGSCRUB_CLIENT_SECRET" "signIn.enabled"
  "BUGSCRUB_CLIENT_SECRET_FILE" "signIn.enabled"
  "BUGSCRUB_SESSION_KEY" "signIn.enabled"
  "BUGSCRUB_SESSION_KEY_FILE" "signIn.enabled"
  "BUGSCRUB_ADMIN_TOKEN" "secret.keys.adminToken"
  "BUGSCRUB_ADMIN_TOKEN_FILE" "secret.keys.adminToken"
  "BUGSCRUB_CHAT_URL" "secret.keys.chatUrl"
  "BUGSCRUB_CHAT_URL_FILE" "secret.keys.chatUrl"
  "BUGSCRUB_APP_ID" "secret"
  "BUGSCRUB_PRIVATE_KEY" "secret"
  "BUGSCRUB_PRIVATE_KEY_FILE" "secret"
  "BUGSCRUB_VIEWS_FILE" "views" }}
{{- range $name, $value := $values.settings }}
{{- with get $ours $name }}
{{- fail (printf "\n\nsettings.%s: the chart sets this itself, from %s. Values only name Secrets; never write a secret into them." $name .) }}
{{- end }}
{{- if not (has $name $known) }}
{{- fail (printf "\n\nsettings.%s: the program has no such setting. Its settings are: %s. For other variables, use extraEnv." $name (join ", " $known)) }}
{{- end }}
{{- end }}
{{- /* What the program would refuse when it starts, in a pod. */}}
{{- $zones := .Files.Get "files/time-zones.txt" | trim | splitList "\n" }}
{{- if not (first $zones) }}{{ fail "files/time-zones.txt is missing from the chart" }}{{ end }}
{{- with get $values.settings "BUGSCRUB_TIME_ZONE" | toString | trim }}
{{- if not (has . $zones) }}
{{- fail (printf "\n\nsettings.BUGSCRUB_TIME_ZONE: %q is no time zone. Write its name, such as Europe/Berlin or UTC." .) }}
{{- end }}
{{- end }}
{{- $numbers := dict
  "BUGSCRUB_FIRST_SCRUB" (list 1 1000000)
  "BUGSCRUB_SCRUB_CLOSES_AFTER" (list 1 720)
  "BUGSCRUB_DELIVERY_RETENTION_DAYS" (list 4 3650)
  "BUGSCRUB_PURGE_DAYS" (list 0 3650)
  "BUGSCRUB_RATE_LIMIT" (list 0 4294967295) }}
{{- range $name, $range := $numbers }}
{{- if hasKey $values.settings $name }}
{{- $text := include "bugscrub.settingValue" (get $values.settings $name) | trim }}
{{- $fits := and (regexMatch "^[0-9]{1,12}$" $text) (ge (int64 $text) (int64 (first $range))) (le (int64 $text) (int64 (last $range))) }}
{{- if and $text (not $fits) }}
{{- fail (printf "\n\nsettings.%s: %q is no number from %d to %d." $name $text (int64 (first $range)) (int64 (last $range))) }}
{{- end }}
{{- end }}
{{- end }}
{{- with get $values.settings "BUGSCRUB_LOG_FORMAT" | toString | trim }}
{{- if not (has . (list "auto" "json" "text")) }}
{{- fail (printf "\n\nsettings.BUGSCRUB_LOG_FORMAT: %q is not one of auto, json, text." .) }}
{{- end }}
{{- end }}
{{- with get $values.settings "BUGSCRUB_CHAT_FORMAT" | toString | trim }}
{{- if not (has . (list "slack" "discord" "mattermost")) }}
{{- fail (printf "\n\nsettings.BUGSCRUB_CHAT_FORMAT: %q is not one of slack, discord, mattermost." .) }}
{{- end }}
{{- end }}
{{- with get $values.settings "BUGSCRUB_URL" | toString | trim }}
{{- if not (regexMatch "^https?://[^/?#@]+(/[^?#]*)?$" .) }}
{{- fail (printf "\n\nsettings.BUGSCRUB_URL: %q is no address such as https://scrub.acme.example." .) }}
{{- end }}
{{- end }}
{{- with get $values.settings "BUGSCRUB_GITHUB_API_URL" | toString | trim }}
{{- if not (regexMatch "^https?://[^/]" .) }}
{{- fail (printf "\n\nsettings.BUGSCRUB_GITHUB_API_URL: %q is no address such as https://github.acme.example/api/v3." .) }}
{{- end }}
{{- end }}
{{- with get $values.settings "BUGSCRUB_SCRUB_SCHEDULE" | toString | trim }}
{{- range splitList ";" . }}
{{- with trim . }}
{{- if not (regexMatch "(?i)^(mon|monday|tue|tuesday|wed|wednesday|thu|thursday|fri|friday|sat|saturday|sun|sunday)\\s+[0-9]{1,2}:[0-9]{2}(\\s|$)" .) }}
{{- fail (printf "\n\nsettings.BUGSCRUB_SCRUB_SCHEDULE: %q is not written like Wed 17:00 Europe/London 60m." .) }}
{{- end }}
{{- range $index, $word := regexSplit "\\s+" . -1 }}
{{- if and (ge $index 2) (not (regexMatch "^[0-9]{1,3}m$" $word)) (not (has $word $zones)) }}
{{- fail (printf "\n\nsettings.BUGSCRUB_SCRUB_SCHEDULE: %q is neither a time zone such as Europe/London nor a length such as 60m." $word) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- /* YAML would change a number's text: that of the login 007, or of the id 1e5. */}}
{{- range $name, $value := $values.settings }}
{{- $words := kindIs "slice" $value | ternary $value (list $value) }}
{{- if or (kindIs "slice" $value) (has $name (list "BUGSCRUB_ACCOUNTS" "BUGSCRUB_ADMINS" "BUGSCRUB_BOTS")) }}
{{- range $words }}
{{- if not (kindIs "string" .) }}
{{- fail (printf "\n\nsettings.%s: %s is not a text. Write it in quotes, such as [\"acme\", \"583231\"]." $name (include "bugscrub.settingValue" .)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- range $values.extraEnv }}
{{- if or (hasKey $ours .name) (hasKey $values.settings .name) }}
{{- fail (printf "\n\nextraEnv contains %s, which the chart sets itself." .name) }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Twice the connections of all replicas, because a rolling upgrade starts a new replica as soon as an old one is
       only finishing its work. Then 10 more, for people, the operator and Postgres itself. */}}
{{- define "bugscrub.connectionsNeeded" -}}
{{ add (mul 2 (include "bugscrub.maxReplicas" .) (include "bugscrub.connections" .)) 10 }}
{{- end }}
