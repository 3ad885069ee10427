// Made by scripts/api.mjs. Do not edit: make api
export interface paths {
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_accounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/collections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_collections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/collections/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_collection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["ask_doctor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/{owner}/{repo}/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_item"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/{owner}/{repo}/{number}/note": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_note"];
        put: operations["write_note"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/{owner}/{repo}/{number}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["mark_read"];
        post?: never;
        delete: operations["unmark_read"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/{owner}/{repo}/{number}/similar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_similar_items"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/{owner}/{repo}/{number}/text": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_item_text"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["mark_items"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["undo_marks"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_permissions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queue.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_queue_csv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queue.xlsx": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_queue_xlsx"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queue/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["count_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/repositories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_repositories"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_schedule"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedule/{date}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["change_meeting"];
        post?: never;
        delete: operations["restore_meeting"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedule/{date}/talks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["add_talk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedule/{date}/talks/{talk}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["remove_talk"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_scrubs"];
        put?: never;
        post: operations["open_scrub"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/calendar.ics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_calendar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_scrub"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/advance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["advance_scrub"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/attendees/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["add_attendee"];
        post?: never;
        delete: operations["remove_attendee"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["claim_rows"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["close_scrub"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/cursor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["move_cursor"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/deck": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_deck"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/greeter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["set_greeter"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/guests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["add_guest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/host": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["hand_over_scrub"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/minutes.md": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_minutes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["set_presence"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/room": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_room"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/rows/{place}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["read_row"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/sheet.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_scrub_csv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/sheet.xlsx": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_scrub_xlsx"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["follow_scrub"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scrubs/{number}/timer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["set_timer"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sheets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["import_sheet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sheets/unplaced": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_unplaced_rows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/ages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_ages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/ages.{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_ages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/backlog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_backlog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/backlog.{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_backlog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/coverage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_coverage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/coverage.{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_coverage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/flow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_flow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/flow.{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_flow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_forecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/forecast.{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_forecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/milestones": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_milestones"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/milestones.{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_milestones"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/throughput": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_throughput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats/throughput.{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_throughput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["follow_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stream/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["create_stream_ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_sync"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_tokens"];
        put?: never;
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["revoke_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_views"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/views/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_view"];
        put: operations["write_view"];
        post?: never;
        delete: operations["delete_view"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["finish_sign_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["begin_sign_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["sign_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/token-session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["begin_token_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["check_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["explain_problem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["check_readiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/github": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["receive_delivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @enum {string} */
        AccessScope: "read" | "scrub" | "admin" | "private";
        AccessScopes: components["schemas"]["AccessScope"][];
        AccessTokenPlan: {
            accounts?: number[] | null;
            /** Format: int32 */
            days?: number | null;
            name: string;
            scopes: components["schemas"]["AccessScopes"];
        };
        AccountRow: {
            /** Format: int64 */
            id: number;
            login: string;
            /** Format: int64 */
            position: number;
        };
        AccountsAnswer: {
            accounts: components["schemas"]["AccountRow"][];
        };
        Acknowledgement: {
            duplicate: boolean;
            events: number;
            /** Format: int64 */
            position: number;
        };
        AgeBucket: {
            bucket: string;
            /** Format: int64 */
            from_days: number;
            items: number;
            /** Format: int64 */
            to_days: number | null;
        };
        AgesAnswer: components["schemas"]["WithGroups_AgesOfGroup"] & {
            approximate: boolean;
            /** Format: date */
            as_of: string;
            by_age: components["schemas"]["AgeBucket"][];
            by_staleness: components["schemas"]["AgeBucket"][];
            /** Format: int64 */
            position: number;
            warnings: components["schemas"]["Warning"][];
        };
        /** @enum {string} */
        AllRows: "all";
        AllRowsBack: {
            by?: components["schemas"]["PersonName"] | null;
            release: components["schemas"]["AllRows"];
        };
        AttendedRow: {
            name: string;
            /** Format: int64 */
            scrub: number;
        };
        /** @enum {string} */
        Audience: "public" | "all";
        /** @enum {string} */
        AuthorAssociation: "MANNEQUIN" | "NONE" | "FIRST_TIMER" | "FIRST_TIME_CONTRIBUTOR" | "CONTRIBUTOR" | "COLLABORATOR" | "MEMBER" | "OWNER";
        /** @enum {string} */
        AuthorAssociationTerm: "MANNEQUIN" | "NONE" | "FIRST_TIMER" | "FIRST_TIME_CONTRIBUTOR" | "CONTRIBUTOR" | "COLLABORATOR" | "MEMBER" | "OWNER" | "-MANNEQUIN" | "-NONE" | "-FIRST_TIMER" | "-FIRST_TIME_CONTRIBUTOR" | "-CONTRIBUTOR" | "-COLLABORATOR" | "-MEMBER" | "-OWNER";
        /** @enum {string} */
        BackfillStage: "none" | "running" | "open" | "complete";
        BacklogAnswer: components["schemas"]["WithGroups_BacklogOfGroup"] & {
            approximate: boolean;
            /** Format: date */
            as_of: string;
            points: components["schemas"]["BacklogPoint"][];
            /** Format: int64 */
            position: number;
            warnings: components["schemas"]["Warning"][];
        };
        BacklogPoint: {
            approximate: boolean;
            /** Format: int32 */
            closed: number;
            /** Format: date */
            date: string;
            /** Format: date */
            first_date: string;
            /** Format: int32 */
            gone: number;
            /** Format: double */
            median_stale_age: number | null;
            /** Format: int32 */
            open: number;
            /** Format: int32 */
            opened: number;
            /** Format: double */
            p90_stale_age: number | null;
        };
        /** @enum {string} */
        BotReason: "github" | "name" | "setting";
        BudgetRow: {
            /** Format: int64 */
            limit: number;
            /** Format: int64 */
            remaining: number;
            /** Format: date-time */
            resets_at: string;
        };
        ChangedName: {
            /** Format: int64 */
            id: number | null;
            name: string | null;
            set: boolean;
        };
        ChatFailureRow: {
            error: string | null;
            kind: string;
            /** Format: date-time */
            next_try_at: string | null;
            /** Format: int64 */
            scrub: number;
            state: string;
            /** Format: int64 */
            tries: number;
        };
        /** @enum {string} */
        Checks: "pending" | "passing" | "failing";
        /** @enum {string} */
        ChecksTerm: "pending" | "passing" | "failing" | "none" | "-pending" | "-passing" | "-failing" | "-none";
        ClaimAnswer: {
            login: string;
            /** Format: int64 */
            place: number;
            /** Format: date-time */
            until: string;
        };
        /** @enum {string} */
        ClosedReasonTerm: "completed" | "not_planned" | "duplicate" | "resolved" | "outdated" | "merged" | "none" | "-completed" | "-not_planned" | "-duplicate" | "-resolved" | "-outdated" | "-merged" | "-none";
        CollectedViewRow: {
            description: string;
            done: boolean | null;
            items: components["schemas"]["QueueRow"][];
            /** Format: double */
            median_wait_days: number | null;
            name: string;
            queue: string | null;
            resolution: string;
            /** Format: int64 */
            target: number | null;
            title: string;
            /** Format: int64 */
            total: number;
            waits_known: number;
            warnings: components["schemas"]["Warning"][];
        };
        CollectionAnswer: {
            /** Format: date */
            as_of: string;
            description: string;
            name: string;
            origin: components["schemas"]["ViewOrigin"];
            /** Format: int64 */
            position: number;
            title: string;
            views: components["schemas"]["CollectedViewRow"][];
        };
        CollectionRow: {
            description: string;
            name: string;
            origin: components["schemas"]["ViewOrigin"];
            title: string;
            views: string[];
        };
        CollectionsAnswer: {
            collections: components["schemas"]["CollectionRow"][];
        };
        CountRow: {
            /** Format: int64 */
            all: number;
            /** Format: int64 */
            open: number;
        };
        Counts: {
            conflict: number;
            left_out: number;
            new: number;
            removing: number;
            same: number;
            unknown_item: number;
            unreadable: number;
        };
        CoverageAnswer: components["schemas"]["WithGroups_CoverageOfGroup"] & {
            approximate: boolean;
            /** Format: date */
            as_of: string;
            /** Format: int64 */
            eligible: number;
            /** Format: double */
            items_per_scrub: number | null;
            /** Format: int64 */
            left_in_round: number;
            /** Format: int64 */
            never_read: number;
            /** Format: int64 */
            position: number;
            /** Format: int64 */
            read_in_round: number;
            /** Format: int64 */
            round: number;
            /** Format: int64 */
            rounds_completed: number;
            /** Format: int64 */
            scrubs_until_round_ends: number | null;
            series: components["schemas"]["CoveragePoint"][];
            view: string;
            warnings: components["schemas"]["Warning"][];
            weeks_since_read: components["schemas"]["CoverageBucket"][];
        };
        CoverageBucket: {
            bucket: string;
            /** Format: int64 */
            from_weeks: number | null;
            items: number;
            /** Format: int64 */
            to_weeks: number | null;
        };
        CoveragePoint: {
            approximate: boolean;
            /** Format: date */
            date: string;
            /** Format: int32 */
            ever_read: number;
            /** Format: date */
            first_date: string;
            /** Format: int32 */
            open: number;
            /** Format: int32 */
            read: number;
        };
        CreatedToken: {
            /** Format: int64 */
            id: number;
            token: string;
        };
        CursorMove: {
            by?: components["schemas"]["PersonName"] | null;
            /** Format: int64 */
            from?: number | null;
            /** Format: int64 */
            place: number;
        };
        DateEvent: {
            /** Format: date */
            as_of: string;
        };
        DateOrDaysAgo: string;
        DeckAnswer: {
            hidden_row: components["schemas"]["HiddenRowAnswer"] | null;
            next: string | null;
            next_cursor: string | null;
            rows: components["schemas"]["DeckRowAnswer"][];
        };
        DeckRowAnswer: {
            /** Format: date-time */
            arrived_at: string | null;
            changed: boolean;
            /** Format: int64 */
            days_age: number | null;
            /** Format: int64 */
            days_stale: number | null;
            item: components["schemas"]["QueueRow"] | null;
            last_read: components["schemas"]["ReadMark"] | null;
            /** Format: date-time */
            left_at: string | null;
            /** Format: int64 */
            number: number;
            outcomes: components["schemas"]["HappeningRow"][];
            /** Format: int64 */
            place: number;
            /** Format: int64 */
            rank: number | null;
            repository: string;
            since_last_read: components["schemas"]["HappeningRow"][];
            /** Format: double */
            stale_age: number | null;
            status: components["schemas"]["RowStatus"];
        };
        DifferenceRow: {
            discussions: components["schemas"]["CountRow"];
            issues: components["schemas"]["CountRow"];
            pull_requests: components["schemas"]["CountRow"];
        };
        DoctorAnswer: {
            /** Format: date-time */
            checked_at: string;
            findings: components["schemas"]["FindingRow"][];
        };
        /** @enum {string} */
        EmbedScope: "embed";
        EmbedTokenPlan: {
            accounts: number[];
            /** Format: int32 */
            days?: number | null;
            name: string;
            scopes: components["schemas"]["EmbedScope"][];
            view: components["schemas"]["ViewName"];
        };
        EndEvent: {
            reason: components["schemas"]["EndReason"];
        };
        /** @enum {string} */
        EndReason: "stopping" | "unavailable" | "token_invalid" | "account_gone";
        EventActor: {
            human: boolean;
            /** Format: int64 */
            id: number | null;
            login: string;
        };
        EventChanges: {
            answered?: boolean;
            assignee?: components["schemas"]["ChangedName"];
            /** Format: date-time */
            closed_at?: string;
            closed_reason?: string;
            draft?: boolean;
            label?: components["schemas"]["ChangedName"];
            milestone?: string;
            state?: components["schemas"]["ItemState"];
            title?: string;
        };
        EventLine: {
            about: components["schemas"]["EventSubject"];
            actor: components["schemas"]["EventActor"] | null;
            changes: components["schemas"]["EventChanges"];
            kind: string;
            /** Format: int64 */
            number: number | null;
            /** Format: date-time */
            occurred_at: string | null;
            /** Format: int64 */
            position: number;
            /** Format: date-time */
            recorded_at: string;
            repository: string;
            /** Format: int64 */
            repository_id: number;
            source: components["schemas"]["EventSource"];
            type: components["schemas"]["ItemType"] | null;
        };
        /** @enum {string} */
        EventSource: "webhook" | "backfill" | "sweep";
        /** @enum {string} */
        EventSubject: "item" | "repository" | "label" | "milestone";
        EventsEnd: {
            more: boolean;
            /** Format: int64 */
            resume_after: number;
        };
        EventsLine: components["schemas"]["EventLine"] | components["schemas"]["EventsEnd"];
        Explanation: {
            /** Format: int64 */
            days_age: number;
            /** Format: int64 */
            days_stale: number;
            formula: string;
            /** Format: double */
            human_stale_age: number | null;
            /** Format: int64 */
            product: number;
            updated_by: components["schemas"]["HistoryEvent"] | null;
        };
        /** @enum {string} */
        Facet: "repository" | "type" | "label" | "author" | "assignee" | "milestone";
        FacetCounts: {
            assignee: components["schemas"]["FacetValues"];
            author: components["schemas"]["FacetValues"];
            label: components["schemas"]["FacetValues"];
            milestone: components["schemas"]["FacetValues"];
            repository: components["schemas"]["FacetValues"];
            type: components["schemas"]["FacetValues"];
        };
        FacetValue: {
            count: number;
            value: string;
        };
        FacetValues: {
            further: number;
            none: number;
            values: components["schemas"]["FacetValue"][];
        };
        FacetsAnswer: {
            facets: components["schemas"]["FacetCounts"];
            /** Format: int64 */
            position: number;
            total: number;
            warnings: components["schemas"]["Warning"][];
        };
        FailingRow: {
            error: string | null;
            /** Format: int32 */
            failures: number;
            kind: string;
            /** Format: date-time */
            next_try_at: string;
            /** Format: int64 */
            repository_id: number;
        };
        FanPoint: {
            /** Format: date */
            date: string;
            /** Format: int32 */
            p20: number;
            /** Format: int32 */
            p5: number;
            /** Format: int32 */
            p50: number;
            /** Format: int32 */
            p80: number;
            /** Format: int32 */
            p95: number;
        };
        FindingRow: {
            /** @enum {string} */
            health: "good" | "doubtful" | "bad";
            text: string;
        };
        FlowAnswer: components["schemas"]["WithGroups_FlowOfGroup"] & {
            approximate: boolean;
            /** Format: date */
            as_of: string;
            points: components["schemas"]["FlowPoint"][];
            /** Format: int64 */
            position: number;
            warnings: components["schemas"]["Warning"][];
        };
        FlowPoint: {
            /** Format: int32 */
            answer_unknown: number;
            /** Format: int32 */
            answered: number;
            approximate: boolean;
            /** Format: int32 */
            closed: number;
            /** Format: date */
            date: string;
            /** Format: date */
            first_date: string;
            /** Format: int32 */
            items_closed: number;
            /** Format: double */
            median_hours_to_close: number | null;
            /** Format: double */
            median_hours_to_first_response: number | null;
            /** Format: int32 */
            not_answered: number;
            /** Format: int32 */
            opened: number;
            /** Format: double */
            p75_hours_to_close: number | null;
            /** Format: double */
            p75_hours_to_first_response: number | null;
            /** Format: double */
            p90_hours_to_close: number | null;
            /** Format: double */
            p90_hours_to_first_response: number | null;
        };
        ForecastAnswer: components["schemas"]["WithGroups_ForecastOfGroup"] & {
            approximate: boolean;
            /** Format: date */
            as_of: string;
            fan: components["schemas"]["FanPoint"][];
            /** Format: int64 */
            position: number;
            summary: components["schemas"]["ForecastSummary"];
            warnings: components["schemas"]["Warning"][];
        };
        ForecastSummary: {
            /** Format: date */
            approximate_before: string | null;
            /** Format: date */
            date_50: string | null;
            /** Format: date */
            date_80: string | null;
            /** Format: date */
            date_95: string | null;
            fetching: number;
            /** Format: int32 */
            horizon_weeks: number;
            /** Format: double */
            mean_net_weekly: number | null;
            /** Format: int32 */
            open_now: number;
            /** Format: int32 */
            runs: number;
            sentence: string;
            /** Format: double */
            share_closing: number | null;
            /** Format: date */
            today: string;
            verdict: components["schemas"]["Verdict"];
            weeks: number;
            /** Format: date */
            whole_since: string | null;
        };
        Freshness: {
            backfill: components["schemas"]["BackfillStage"];
            /** Format: int64 */
            lag_ms: number;
            /** Format: date-time */
            last_delivery_at: string | null;
            /** Format: date-time */
            last_sweep_at: string | null;
        };
        FullRepositoryName: string;
        GreeterSetting: {
            from?: components["schemas"]["PersonName"] | null;
            login?: components["schemas"]["PersonName"] | null;
        };
        /** @enum {string} */
        GroupKind: "value" | "none" | "others";
        GroupOf_AgesOfGroup: {
            by_age: components["schemas"]["AgeBucket"][];
            by_staleness: components["schemas"]["AgeBucket"][];
        } & {
            group: string | null;
            group_kind: components["schemas"]["GroupKind"];
        };
        GroupOf_BacklogOfGroup: {
            points: components["schemas"]["BacklogPoint"][];
        } & {
            group: string | null;
            group_kind: components["schemas"]["GroupKind"];
        };
        GroupOf_CoverageOfGroup: {
            /** Format: int64 */
            eligible: number;
            /** Format: int64 */
            left_in_round: number;
            /** Format: int64 */
            never_read: number;
            /** Format: int64 */
            read_in_round: number;
            weeks_since_read: components["schemas"]["CoverageBucket"][];
        } & {
            group: string | null;
            group_kind: components["schemas"]["GroupKind"];
        };
        GroupOf_FlowOfGroup: {
            points: components["schemas"]["FlowPoint"][];
        } & {
            group: string | null;
            group_kind: components["schemas"]["GroupKind"];
        };
        GroupOf_ForecastOfGroup: {
            fan: components["schemas"]["FanPoint"][];
            summary: components["schemas"]["ForecastSummary"];
        } & {
            group: string | null;
            group_kind: components["schemas"]["GroupKind"];
        };
        GroupOf_ThroughputOfGroup: {
            rows: components["schemas"]["ThroughputRow"][];
            total: components["schemas"]["ThroughputRow"];
        } & {
            group: string | null;
            group_kind: components["schemas"]["GroupKind"];
        };
        GuestAnswer: {
            name: string;
            /** Format: int64 */
            position: number;
        };
        GuestPlan: {
            client: string;
            name: components["schemas"]["PersonName"];
        };
        HappeningRow: {
            about: string | null;
            actor: string | null;
            /** Format: date-time */
            at: string | null;
            human: boolean;
            kind: string;
            /** Format: int64 */
            position: number;
        };
        Health: {
            status: string;
        };
        HiddenRow: {
            account: string | null;
            advice: string;
            reason: components["schemas"]["ReasonTerm"];
            url: string | null;
        };
        HiddenRowAnswer: {
            /** Format: int64 */
            before: number | null;
            hidden: boolean;
            text: string;
        };
        HistoryEvent: {
            actor: string | null;
            bot: components["schemas"]["BotReason"] | null;
            human: boolean | null;
            kind: string;
            /** Format: date-time */
            occurred_at: string | null;
            /** Format: int64 */
            position: number;
        };
        HostRequestAnswer: {
            /** Format: date-time */
            asked_at: string;
            asked_by: string;
            consents: string[];
            host: string;
            needed: number;
        };
        HostSetting: {
            by?: components["schemas"]["PersonName"] | null;
            from: components["schemas"]["PersonName"];
            host: components["schemas"]["PersonName"];
        };
        InstallationRow: {
            /** Format: date-time */
            gone_at: string | null;
            /** Format: int64 */
            id: number;
            suspended: boolean;
        };
        ItemAnswer: components["schemas"]["QueueRow"] & {
            /** Format: date */
            as_of: string;
            explanation: components["schemas"]["Explanation"];
            history: components["schemas"]["HistoryEvent"][];
            marks: components["schemas"]["ReadMark"][];
            /** Format: int64 */
            position: number;
            truncated: boolean;
        };
        ItemEvent: {
            item: components["schemas"]["QueueRow"] | null;
            /** Format: int64 */
            number: number;
            repository: string;
        };
        ItemKeyPlan: {
            /** Format: int64 */
            number: number;
            repository: components["schemas"]["FullRepositoryName"];
        };
        /** @enum {string} */
        ItemState: "open" | "answered" | "closed";
        /** @enum {string} */
        ItemStateTerm: "open" | "answered" | "closed" | "-open" | "-answered" | "-closed" | "all";
        /** @enum {string} */
        ItemType: "Issue" | "PR" | "Discussion";
        /** @enum {string} */
        ItemTypeTerm: "Issue" | "PR" | "Discussion" | "-Issue" | "-PR" | "-Discussion";
        LastActivity: {
            actor: string;
            /** Format: date-time */
            at: string;
            human: boolean;
            kind: string;
        };
        LeftOutRow: {
            /** Format: date-time */
            last_at: string;
            last_seen: string;
            place: string;
            source: string;
            /** Format: int64 */
            times: number;
        };
        LimitsRow: {
            graphql: components["schemas"]["BudgetRow"] | null;
            /** Format: date-time */
            paused_until: string | null;
            reason: string | null;
            rest: components["schemas"]["BudgetRow"] | null;
        };
        ListedRepositoryRow: {
            archived: boolean;
            /** Format: int64 */
            id: number;
            name: string;
            open: components["schemas"]["OpenCountsRow"];
            url: string;
            visibility: components["schemas"]["Visibility"];
        };
        /** @enum {string} */
        MarkOutcome: "done" | "already" | "unknown";
        MarkedRow: {
            /** Format: int64 */
            number: number;
            repository: string;
            result: components["schemas"]["MarkOutcome"];
        };
        MarksAnswer: {
            done: number;
            id: string | null;
            items: components["schemas"]["MarkedRow"][];
            /** Format: int64 */
            position: number;
        };
        MarksPlan: {
            by?: components["schemas"]["PersonName"] | null;
            items: components["schemas"]["ItemKeyPlan"][];
            read: boolean;
        };
        MeAnswer: {
            accounts: components["schemas"]["AccountRow"][];
            hidden: components["schemas"]["HiddenRow"][];
            name: string;
            person: components["schemas"]["PersonRow"] | null;
            scopes: components["schemas"]["Scope"][];
            sees: components["schemas"]["SeesTerm"];
            sign_in: string | null;
            token: components["schemas"]["OwnToken"] | null;
        };
        MeetingChange: {
            cancelled?: boolean;
            /** Format: date-time */
            moved_to?: string | null;
            reason?: string;
        };
        MeetingRow: {
            cancelled: boolean;
            /** Format: date */
            date: string;
            edition: number;
            /** Format: date-time */
            ends_at: string;
            /** Format: date-time */
            moved_from: string | null;
            reason: string;
            /** Format: date-time */
            starts_at: string;
            talks: components["schemas"]["TalkRow"][];
        };
        /** @enum {string} */
        MilestoneChoice: "open" | "closed" | "all";
        MilestoneRow: {
            approximate: boolean;
            /** Format: int32 */
            closed: number;
            /** Format: date */
            date_50: string | null;
            /** Format: date */
            date_80: string | null;
            /** Format: date */
            date_95: string | null;
            /** Format: date */
            due_on: string | null;
            /** Format: int64 */
            number: number;
            on_time: boolean | null;
            /** Format: int32 */
            open: number;
            repository: string;
            /** Format: int64 */
            repository_id: number;
            /** Format: int32 */
            runs: number;
            sentence: string;
            /** Format: double */
            share_by_due: number | null;
            state: components["schemas"]["MilestoneState"] | null;
            title: string;
            verdict: components["schemas"]["Verdict"] | null;
            weeks: number;
            /** Format: date */
            whole_since: string | null;
        };
        /** @enum {string} */
        MilestoneState: "open" | "closed";
        MilestonesAnswer: {
            approximate: boolean;
            /** Format: date */
            as_of: string;
            milestones: components["schemas"]["MilestoneRow"][];
            /** Format: int64 */
            position: number;
            total: number;
            warnings: components["schemas"]["Warning"][];
        };
        NamesTerm: string;
        NextRows: {
            by?: components["schemas"]["PersonName"] | null;
            /** Format: int64 */
            take: number;
        };
        NoteAnswer: {
            history: components["schemas"]["NoteRow"][];
            note: components["schemas"]["NoteRow"] | null;
            /** Format: int64 */
            position: number;
        };
        NoteDraft: {
            by?: components["schemas"]["PersonName"] | null;
            comment?: string;
            flag?: string;
            recommended_action?: string;
        };
        NoteEvent: {
            etag: string;
            note: components["schemas"]["NoteRow"] | null;
            /** Format: int64 */
            number: number;
            /** Format: int64 */
            place: number;
            repository: string;
        };
        NoteRow: {
            /** Format: date-time */
            at: string | null;
            by: string;
            comment: string;
            flag: string;
            /** Format: int64 */
            position: number;
            recommended_action: string;
            /** Format: int64 */
            scrub: number | null;
        };
        NumberTerm: string;
        OpenCountsRow: {
            discussions: number;
            issues: number;
            pull_requests: number;
            total: number;
        };
        /** @enum {string} */
        Order: "stalest" | "freshest" | "oldest" | "newest" | "human-stalest" | "longest-waiting" | "quietest" | "most-comments" | "most-reactions" | "most-commenters" | "last-closed";
        OwnToken: {
            /** Format: int64 */
            id: number;
            name: string;
        };
        PermissionRow: {
            declared: string | null;
            granted: string | null;
            name: string;
        };
        PermissionsAnswer: {
            as_declared: boolean;
            may_write: boolean;
            permissions: components["schemas"]["PermissionRow"][];
            requests: components["schemas"]["RequestsRow"];
        };
        PersonHere: {
            first_time: boolean;
            following: boolean;
            guest: boolean;
            login: string;
            /** Format: int64 */
            place: number | null;
            /** Format: date-time */
            since: string;
            typing: boolean;
        };
        PersonName: string;
        PersonRow: {
            /** Format: int64 */
            id: number;
            login: string;
        };
        PositionAnswer: {
            /** Format: int64 */
            position: number;
        };
        PresenceBeat: {
            by?: components["schemas"]["PersonName"] | null;
            client: string;
            following?: boolean;
            leaving?: boolean;
            /** Format: int64 */
            place?: number | null;
            typing?: boolean;
        };
        Problem: {
            allowed?: string[];
            current?: Record<string, never>;
            detail?: string;
            parameter?: string;
            /** Format: int32 */
            status: number;
            title: string;
            /** Format: uri-reference */
            type: string;
        };
        QueueAnswer: {
            approximate: boolean;
            /** Format: date */
            as_of: string;
            freshness: components["schemas"]["Freshness"];
            items: components["schemas"]["QueueRow"][];
            next: string | null;
            next_cursor: string | null;
            /** Format: int64 */
            position: number;
            /** Format: int64 */
            total: number;
            warnings: components["schemas"]["Warning"][];
        };
        QueueRow: {
            assignees: string[];
            author: string | null;
            author_association: components["schemas"]["AuthorAssociation"] | null;
            /** Format: int64 */
            author_id: number | null;
            checks: components["schemas"]["Checks"] | null;
            /** Format: date-time */
            checks_at: string | null;
            /** Format: date-time */
            closed_at: string | null;
            closed_reason: string | null;
            /** Format: int64 */
            commenters: number | null;
            /** Format: int64 */
            comments: number | null;
            /** Format: date-time */
            created_at: string;
            /** Format: int64 */
            days_age: number;
            /** Format: int64 */
            days_stale: number;
            draft: boolean;
            /** Format: double */
            human_stale_age: number | null;
            labels: string[];
            last_activity: components["schemas"]["LastActivity"] | null;
            linked_issues: number[] | null;
            linked_pull_requests: number[] | null;
            milestone: string | null;
            note: components["schemas"]["NoteRow"] | null;
            /** Format: int64 */
            number: number;
            /** Format: int64 */
            rank: number | null;
            /** Format: int64 */
            reactions: number | null;
            read: components["schemas"]["ReadMark"] | null;
            /** Format: int64 */
            recent_commenters: number | null;
            repository: string;
            /** Format: int64 */
            repository_id: number;
            review: components["schemas"]["Review"] | null;
            /** Format: double */
            stale_age: number;
            state: components["schemas"]["ItemState"];
            title: string;
            type: components["schemas"]["ItemType"];
            /** Format: date-time */
            updated_at: string;
            url: string;
            visibility: components["schemas"]["Visibility"];
            waits_for: components["schemas"]["WaitsFor"] | null;
            /** Format: date-time */
            waits_since: string | null;
        };
        ReadMark: {
            /** Format: date-time */
            at: string | null;
            by: string;
            /** Format: int64 */
            position: number;
            /** Format: int64 */
            scrub: number | null;
        };
        /** @enum {string} */
        ReasonTerm: "no_private" | "not_installed" | "no_access" | "saml_sign_in" | "not_asked";
        RepositoriesAnswer: {
            next: string | null;
            next_cursor: string | null;
            /** Format: int64 */
            position: number;
            repositories: components["schemas"]["ListedRepositoryRow"][];
        };
        RepositoryRow: {
            /** Format: date-time */
            complete_at: string | null;
            differs: components["schemas"]["DifferenceRow"] | null;
            /** Format: int64 */
            fetched: number;
            /** Format: int64 */
            items: number;
            /** Format: int64 */
            mended: number;
            /** Format: date-time */
            open_at: string | null;
            /** Format: int64 */
            refreshed: number;
            repository: string;
            /** Format: date-time */
            swept_at: string | null;
        };
        RepositoryTerm: string;
        RequestsRow: {
            /** Format: int64 */
            reads: number | null;
            /** Format: int64 */
            redeliveries: number | null;
            /** Format: int64 */
            token_mints: number | null;
            /** Format: int64 */
            writes: number;
        };
        /** @enum {string} */
        Review: "none" | "requested" | "approved" | "changes_requested" | "changed_since";
        /** @enum {string} */
        ReviewTerm: "none" | "requested" | "approved" | "changes_requested" | "changed_since" | "-none" | "-requested" | "-approved" | "-changes_requested" | "-changed_since";
        RoomAnswer: {
            claims: components["schemas"]["ClaimAnswer"][];
            greeter: string | null;
            host: string | null;
            host_present: boolean;
            host_request: components["schemas"]["HostRequestAnswer"] | null;
            /** Format: date-time */
            now: string;
            /** Format: int64 */
            number: number;
            people: components["schemas"]["PersonHere"][];
            /** Format: int64 */
            position: number;
            timer: components["schemas"]["TimerAnswer"];
            /** Format: int64 */
            version: number;
            watching: number;
        };
        RowClaims: components["schemas"]["NextRows"] | components["schemas"]["RowsAt"] | components["schemas"]["RowsBack"] | components["schemas"]["AllRowsBack"];
        /** @enum {string} */
        RowOutcome: "new" | "same" | "conflict" | "unknown item" | "unreadable" | "left out";
        RowReading: {
            by?: components["schemas"]["PersonName"] | null;
            skip?: boolean;
        };
        /** @enum {string} */
        RowStatus: "current" | "read" | "skipped" | "read elsewhere" | "closed" | "deleted" | "gone" | "waiting";
        RowsAt: {
            by?: components["schemas"]["PersonName"] | null;
            places: number[];
        };
        RowsBack: {
            by?: components["schemas"]["PersonName"] | null;
            release: number[];
        };
        ScheduleAnswer: {
            may_change: boolean;
            meetings: components["schemas"]["MeetingRow"][];
            next: components["schemas"]["MeetingRow"] | null;
        };
        /** Format: date */
        ScheduledDate: string;
        /** @enum {string} */
        Scope: "read" | "scrub" | "admin" | "private" | "embed";
        ScrubAnswer: components["schemas"]["ScrubRow"] & {
            current: components["schemas"]["DeckRowAnswer"] | null;
            first_timers: string[];
            hidden_row: components["schemas"]["HiddenRowAnswer"] | null;
            /** Format: int64 */
            position: number;
        };
        ScrubClosing: {
            by?: components["schemas"]["PersonName"] | null;
        };
        ScrubPlan: {
            attendees?: components["schemas"]["PersonName"][];
            by?: components["schemas"]["PersonName"] | null;
            host?: components["schemas"]["PersonName"] | null;
            /** Format: int64 */
            limit?: number | null;
            order?: components["schemas"]["Order"] | null;
            view?: components["schemas"]["ViewName"] | null;
        };
        ScrubRow: {
            attendees: string[];
            /** Format: date-time */
            closed_at: string | null;
            /** Format: int64 */
            cursor: number | null;
            /** Format: date */
            date: string | null;
            forgotten: boolean;
            host: string | null;
            /** Format: int64 */
            limit: number | null;
            /** Format: int64 */
            number: number;
            /** Format: date-time */
            opened_at: string | null;
            order: components["schemas"]["Order"] | null;
            /** Format: int64 */
            read: number;
            /** Format: int64 */
            round: number | null;
            /** Format: int64 */
            rows: number;
            /** Format: int64 */
            skipped: number;
            state: components["schemas"]["ScrubState"];
            /** Format: int64 */
            unread: number;
            view: string | null;
        };
        /** @enum {string} */
        ScrubState: "open" | "closed" | "imported";
        ScrubStep: {
            by?: components["schemas"]["PersonName"] | null;
            hidden?: boolean;
            /** Format: int64 */
            place: number;
            skip?: boolean;
        };
        ScrubStreamData: components["schemas"]["ScrubAnswer"] | components["schemas"]["DeckRowAnswer"] | components["schemas"]["NoteEvent"] | components["schemas"]["RoomAnswer"] | components["schemas"]["DateEvent"] | components["schemas"]["EndEvent"];
        ScrubsAnswer: {
            next: string | null;
            next_cursor: string | null;
            scrubs: components["schemas"]["ScrubRow"][];
        };
        /** @enum {string} */
        SeesTerm: "public" | "all" | "some";
        SheetAnswer: {
            attended: components["schemas"]["AttendedRow"][];
            counts: components["schemas"]["Counts"];
            dry_run: boolean;
            file: string;
            ignored: string[];
            new_scrubs: number[];
            /** Format: int64 */
            position: number;
            rows: components["schemas"]["SheetRowAnswer"][];
            tabs: components["schemas"]["TabRow"][];
        };
        SheetNoteRow: {
            comment: string;
            flag: string;
            recommended_action: string;
        };
        SheetRowAnswer: {
            detail: string | null;
            key: string;
            /** Format: int32 */
            line: number;
            note: components["schemas"]["SheetNoteRow"] | null;
            /** Format: int64 */
            number: number | null;
            ours: components["schemas"]["SheetNoteRow"] | null;
            outcome: components["schemas"]["RowOutcome"];
            /** Format: int32 */
            read_in: number | null;
            repository: string | null;
            tab: string;
            title: string | null;
            type: components["schemas"]["ItemType"] | null;
        };
        SheetRows: string;
        SimilarAnswer: {
            items: components["schemas"]["SimilarRow"][];
            /** Format: int64 */
            position: number;
        };
        SimilarRow: {
            author: string | null;
            /** Format: date-time */
            closed_at: string | null;
            closed_reason: string | null;
            /** Format: date-time */
            created_at: string;
            labels: string[];
            /** Format: int64 */
            number: number;
            repository: string;
            /** Format: double */
            score: number;
            state: components["schemas"]["ItemState"];
            title: string;
            type: components["schemas"]["ItemType"];
            /** Format: date-time */
            updated_at: string;
            url: string;
        };
        /** @enum {string} */
        Step: "day" | "week" | "month";
        StreamData: components["schemas"]["ItemEvent"] | components["schemas"]["DateEvent"] | components["schemas"]["EndEvent"];
        StreamTicket: {
            /** Format: date-time */
            expires_at: string;
            ticket: string;
        };
        SyncAnswer: {
            backfill: components["schemas"]["BackfillStage"];
            chat_failing: components["schemas"]["ChatFailureRow"][];
            /** Format: int64 */
            conversations_due: number;
            /** Format: int64 */
            differing: number;
            /** Format: int64 */
            due: number;
            failing: components["schemas"]["FailingRow"][];
            /** Format: int64 */
            fetched: number;
            installation: components["schemas"]["InstallationRow"] | null;
            /** Format: int64 */
            items: number;
            items_by_repository: components["schemas"]["RepositoryRow"][];
            /** Format: date-time */
            last_sweep_at: string | null;
            left_out: components["schemas"]["LeftOutRow"][];
            limits: components["schemas"]["LimitsRow"];
            /** Format: int64 */
            mended: number;
            next: string | null;
            next_cursor: string | null;
            /** Format: int64 */
            refreshed: number;
            /** Format: int64 */
            repositories: number;
            /** Format: int64 */
            repositories_complete: number;
            /** Format: int64 */
            repositories_open: number;
        };
        TabRow: {
            name: string;
            rows: number;
            /** Format: int32 */
            scrub: number | null;
        };
        TalkAnnouncement: {
            /** Format: int64 */
            minutes?: number | null;
            presenter?: components["schemas"]["PersonName"] | null;
            title: string;
        };
        TalkRow: {
            /** Format: int64 */
            minutes: number | null;
            presenter: string;
            /** Format: int64 */
            talk: number;
            title: string;
        };
        Term: string;
        TextAnswer: {
            before: string | null;
            body: components["schemas"]["TextEntry"] | null;
            entries: components["schemas"]["TextEntry"][];
            /** Format: date-time */
            fetched_at: string;
            source: components["schemas"]["TextSource"];
        };
        TextEntry: {
            association: components["schemas"]["AuthorAssociation"] | null;
            author: string | null;
            bot: components["schemas"]["BotReason"] | null;
            /** Format: date-time */
            created_at: string | null;
            /** Format: date-time */
            edited_at: string | null;
            /** Format: int64 */
            further: number;
            html: string | null;
            /** Format: int64 */
            id: number | null;
            is_answer: boolean;
            kind: components["schemas"]["TextKind"];
            /** Format: int64 */
            line: number | null;
            minimized: string | null;
            path: string | null;
            /** Format: int64 */
            replies_to: number | null;
            url: string | null;
            verdict: components["schemas"]["Verdict"] | null;
        };
        /** @enum {string} */
        TextKind: "body" | "comment" | "reply" | "review" | "review_comment";
        /** @enum {string} */
        TextSource: "github" | "deliveries";
        ThroughputAnswer: components["schemas"]["WithGroups_ThroughputOfGroup"] & {
            approximate: boolean;
            /** Format: date */
            as_of: string;
            /** Format: date */
            from: string;
            /** Format: int64 */
            position: number;
            rows: components["schemas"]["ThroughputRow"][];
            /** Format: date */
            to: string;
            total: components["schemas"]["ThroughputRow"];
            warnings: components["schemas"]["Warning"][];
        };
        ThroughputRow: {
            /** Format: int32 */
            answer_unknown: number;
            /** Format: int32 */
            answered: number;
            /** Format: int32 */
            closed: number;
            /** Format: int32 */
            items_closed: number;
            /** Format: double */
            median_hours_to_close: number | null;
            /** Format: double */
            median_hours_to_first_response: number | null;
            /** Format: int32 */
            not_answered: number;
            /** Format: int32 */
            opened: number;
            /** Format: double */
            p90_hours_to_close: number | null;
            /** Format: double */
            p90_hours_to_first_response: number | null;
            /** Format: int64 */
            repo_id: number | null;
            repository: string | null;
        };
        TimerAnswer: {
            /** Format: date-time */
            ends_at: string | null;
            paused: boolean;
            /** Format: date-time */
            paused_at: string | null;
            /** Format: int64 */
            row_seconds: number | null;
            /** Format: date-time */
            row_started_at: string | null;
            /** Format: int64 */
            version: number;
        };
        TimerSetting: {
            by?: components["schemas"]["PersonName"] | null;
            /** Format: date-time */
            ends_at?: string | null;
            paused?: boolean;
            /** Format: int64 */
            row_seconds?: number | null;
            /** Format: int64 */
            version: number;
        };
        TokenAnswer: {
            accounts: number[] | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string | null;
            /** Format: int64 */
            id: number;
            name: string;
            /** Format: int64 */
            person: number | null;
            /** Format: date-time */
            revoked_at: string | null;
            scopes: components["schemas"]["Scope"][];
            view: string | null;
        };
        TokenPlan: components["schemas"]["AccessTokenPlan"] | components["schemas"]["EmbedTokenPlan"];
        TokenToUse: {
            token: string;
        };
        TokensAnswer: {
            tokens: components["schemas"]["TokenAnswer"][];
        };
        /** @enum {string} */
        UndoOutcome: "undone" | "changed";
        UndoneMarksAnswer: {
            items: components["schemas"]["UndoneRow"][];
            /** Format: int64 */
            position: number;
        };
        UndoneRow: {
            /** Format: int64 */
            number: number;
            repository: string;
            result: components["schemas"]["UndoOutcome"];
        };
        UnplacedAnswer: {
            rows: components["schemas"]["UnplacedRow"][];
        };
        UnplacedRow: {
            comment: string;
            flag: string;
            /** Format: int64 */
            number: number;
            /** Format: int64 */
            position: number;
            read: boolean;
            recommended_action: string;
            repository: string;
            /** Format: int64 */
            scrub: number | null;
            type: components["schemas"]["ItemType"];
        };
        /** @enum {string} */
        Verdict: "nothing_open" | "too_little_history" | "not_at_this_rate" | "closes";
        ViewCountsRow: {
            /** Format: int64 */
            items: number | null;
            /** Format: int64 */
            position: number;
            /** Format: int64 */
            unread: number | null;
        };
        ViewFilter: {
            action?: components["schemas"]["Term"] | components["schemas"]["Term"][];
            active_after?: components["schemas"]["DateOrDaysAgo"];
            active_before?: components["schemas"]["DateOrDaysAgo"];
            archived?: boolean;
            assignee?: components["schemas"]["NamesTerm"] | components["schemas"]["NamesTerm"][];
            author?: components["schemas"]["Term"] | components["schemas"]["Term"][];
            author_association?: components["schemas"]["AuthorAssociationTerm"] | components["schemas"]["AuthorAssociationTerm"][];
            checks?: components["schemas"]["ChecksTerm"] | components["schemas"]["ChecksTerm"][];
            closed_after?: components["schemas"]["DateOrDaysAgo"];
            closed_before?: components["schemas"]["DateOrDaysAgo"];
            closed_reason?: components["schemas"]["ClosedReasonTerm"] | components["schemas"]["ClosedReasonTerm"][];
            commenters?: components["schemas"]["NumberTerm"] | components["schemas"]["NumberTerm"][];
            comments?: components["schemas"]["NumberTerm"] | components["schemas"]["NumberTerm"][];
            created_after?: components["schemas"]["DateOrDaysAgo"];
            created_before?: components["schemas"]["DateOrDaysAgo"];
            draft?: boolean;
            flag?: components["schemas"]["Term"] | components["schemas"]["Term"][];
            label?: components["schemas"]["NamesTerm"] | components["schemas"]["NamesTerm"][];
            milestone?: components["schemas"]["Term"] | components["schemas"]["Term"][];
            noted?: boolean;
            reactions?: components["schemas"]["NumberTerm"] | components["schemas"]["NumberTerm"][];
            repo?: components["schemas"]["RepositoryTerm"] | components["schemas"]["RepositoryTerm"][];
            review?: components["schemas"]["ReviewTerm"] | components["schemas"]["ReviewTerm"][];
            state?: components["schemas"]["ItemStateTerm"] | components["schemas"]["ItemStateTerm"][];
            title?: components["schemas"]["Term"] | components["schemas"]["Term"][];
            type?: components["schemas"]["ItemTypeTerm"] | components["schemas"]["ItemTypeTerm"][];
            unread?: boolean;
            updated_after?: components["schemas"]["DateOrDaysAgo"];
            updated_before?: components["schemas"]["DateOrDaysAgo"];
            waiting_after?: components["schemas"]["DateOrDaysAgo"];
            waiting_before?: components["schemas"]["DateOrDaysAgo"];
            waits_for?: components["schemas"]["WaitsForTerm"] | components["schemas"]["WaitsForTerm"][];
        };
        ViewName: string;
        /** @enum {string} */
        ViewOrigin: "builtin" | "file" | "stored";
        ViewPlan: {
            description?: string;
            filter?: components["schemas"]["ViewFilter"];
            order?: components["schemas"]["Order"];
            resolution?: string;
            /** Format: int64 */
            target?: number | null;
            title?: string;
        };
        ViewRow: {
            counts?: components["schemas"]["ViewCountsRow"];
            description: string;
            filter: components["schemas"]["ViewFilter"];
            name: string;
            order: components["schemas"]["Order"];
            origin: components["schemas"]["ViewOrigin"];
            resolution: string;
            /** Format: int64 */
            target: number | null;
            title: string;
        };
        ViewsAnswer: {
            views: components["schemas"]["ViewRow"][];
        };
        /** @enum {string} */
        Visibility: "public" | "private";
        /** @enum {string} */
        WaitsFor: "author" | "maintainers" | "reviewers" | "nobody";
        /** @enum {string} */
        WaitsForTerm: "author" | "maintainers" | "reviewers" | "nobody" | "-author" | "-maintainers" | "-reviewers" | "-nobody";
        Warning: {
            closest: string[];
            detail: string;
            parameter: string;
            value: string;
        };
        WithGroups_AgesOfGroup: {
            further_groups: number;
            group_by: components["schemas"]["Facet"] | null;
            groups: components["schemas"]["GroupOf_AgesOfGroup"][];
        };
        WithGroups_BacklogOfGroup: {
            further_groups: number;
            group_by: components["schemas"]["Facet"] | null;
            groups: components["schemas"]["GroupOf_BacklogOfGroup"][];
        };
        WithGroups_CoverageOfGroup: {
            further_groups: number;
            group_by: components["schemas"]["Facet"] | null;
            groups: components["schemas"]["GroupOf_CoverageOfGroup"][];
        };
        WithGroups_FlowOfGroup: {
            further_groups: number;
            group_by: components["schemas"]["Facet"] | null;
            groups: components["schemas"]["GroupOf_FlowOfGroup"][];
        };
        WithGroups_ForecastOfGroup: {
            further_groups: number;
            group_by: components["schemas"]["Facet"] | null;
            groups: components["schemas"]["GroupOf_ForecastOfGroup"][];
        };
        WithGroups_ThroughputOfGroup: {
            further_groups: number;
            group_by: components["schemas"]["Facet"] | null;
            groups: components["schemas"]["GroupOf_ThroughputOfGroup"][];
        };
    };
    responses: {
        AmbiguousLogin: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        BodyTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        DatePassed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        Deleted: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        Failed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        Invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        NotJson: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        NotModified: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        ReusedKey: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        TooEarly: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        TooManyRequests: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        Transferred: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        Unauthorized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        Unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        AccountParam: string;
        ActionParam: components["schemas"]["Term"][];
        ActiveAfterParam: components["schemas"]["DateOrDaysAgo"];
        ActiveBeforeParam: components["schemas"]["DateOrDaysAgo"];
        ArchivedParam: boolean;
        AsOfParam: components["schemas"]["DateOrDaysAgo"];
        AssigneeParam: components["schemas"]["NamesTerm"][];
        AuthorAssociationParam: components["schemas"]["AuthorAssociationTerm"][];
        AuthorParam: components["schemas"]["Term"][];
        BomParam: boolean;
        ByParam: components["schemas"]["PersonName"];
        ChecksParam: components["schemas"]["ChecksTerm"][];
        ClosedAfterParam: components["schemas"]["DateOrDaysAgo"];
        ClosedBeforeParam: components["schemas"]["DateOrDaysAgo"];
        ClosedReasonParam: components["schemas"]["ClosedReasonTerm"][];
        CommentersParam: components["schemas"]["NumberTerm"][];
        CommentsParam: components["schemas"]["NumberTerm"][];
        CountsParam: boolean;
        CreatedAfterParam: components["schemas"]["DateOrDaysAgo"];
        CreatedBeforeParam: components["schemas"]["DateOrDaysAgo"];
        CursorParam: string;
        DateParam: components["schemas"]["ScheduledDate"];
        DraftParam: boolean;
        FlagParam: components["schemas"]["Term"][];
        FormatParam: "json" | "csv" | "svg";
        FromParam: components["schemas"]["DateOrDaysAgo"];
        GroupByParam: components["schemas"]["Facet"];
        GroupLimitParam: number;
        HeightParam: number;
        IdempotencyKeyParam: string;
        IfNoneMatchParam: string;
        LabelParam: components["schemas"]["NamesTerm"][];
        LastEventIdParam: number | null;
        LimitParam: number;
        MilestoneParam: components["schemas"]["Term"][];
        MilestoneStateParam: components["schemas"]["MilestoneChoice"];
        MinPositionParam: number;
        NameParam: components["schemas"]["PersonName"];
        NotedParam: boolean;
        NumberParam: number;
        OrderParam: components["schemas"]["Order"];
        OwnerParam: string;
        RawParam: boolean;
        ReactionsParam: components["schemas"]["NumberTerm"][];
        RepoParam: components["schemas"]["RepositoryTerm"][];
        ReviewParam: components["schemas"]["ReviewTerm"][];
        SeedParam: number;
        StateParam: components["schemas"]["ItemStateTerm"][];
        StepParam: components["schemas"]["Step"];
        StrictParam: boolean;
        TitleParam: components["schemas"]["Term"][];
        ToParam: components["schemas"]["DateOrDaysAgo"];
        TypeParam: components["schemas"]["ItemTypeTerm"][];
        UnreadParam: boolean;
        UpdatedAfterParam: components["schemas"]["DateOrDaysAgo"];
        UpdatedBeforeParam: components["schemas"]["DateOrDaysAgo"];
        ViewParam: components["schemas"]["ViewName"];
        VisibilityParam: components["schemas"]["Audience"];
        WaitingAfterParam: components["schemas"]["DateOrDaysAgo"];
        WaitingBeforeParam: components["schemas"]["DateOrDaysAgo"];
        WaitsForParam: components["schemas"]["WaitsForTerm"][];
        WidthParam: number;
        WindowParam: number;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_accounts: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountsAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_collections: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionsAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_collection: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                rows?: number;
                min_position?: components["parameters"]["MinPositionParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                name: components["schemas"]["ViewName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TooEarly"];
        };
    };
    ask_doctor: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DoctorAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    export_events: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                after?: number;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["EventsLine"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_item: {
        parameters: {
            query?: {
                account?: string;
                min_position?: components["parameters"]["MinPositionParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                owner: components["parameters"]["OwnerParam"];
                repo: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            308: components["responses"]["Transferred"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            410: components["responses"]["Deleted"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TooEarly"];
        };
    };
    show_note: {
        parameters: {
            query?: {
                account?: string;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                owner: components["parameters"]["OwnerParam"];
                repo: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoteAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            308: components["responses"]["Transferred"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            410: components["responses"]["Deleted"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    write_note: {
        parameters: {
            query?: {
                account?: string;
            };
            header?: {
                "If-Match"?: string;
                "If-None-Match"?: string;
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path: {
                owner: components["parameters"]["OwnerParam"];
                repo: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NoteDraft"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoteAnswer"];
                };
            };
            308: components["responses"]["Transferred"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            410: components["responses"]["Deleted"];
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ReusedKey"];
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    mark_read: {
        parameters: {
            query?: {
                account?: string;
                by?: components["parameters"]["ByParam"];
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path: {
                owner: components["parameters"]["OwnerParam"];
                repo: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PositionAnswer"];
                };
            };
            308: components["responses"]["Transferred"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            410: components["responses"]["Deleted"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ReusedKey"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    unmark_read: {
        parameters: {
            query?: {
                account?: string;
                by?: components["parameters"]["ByParam"];
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path: {
                owner: components["parameters"]["OwnerParam"];
                repo: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PositionAnswer"];
                };
            };
            308: components["responses"]["Transferred"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            410: components["responses"]["Deleted"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ReusedKey"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_similar_items: {
        parameters: {
            query?: {
                account?: string;
                limit?: number;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                owner: components["parameters"]["OwnerParam"];
                repo: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimilarAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            308: components["responses"]["Transferred"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            410: components["responses"]["Deleted"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_item_text: {
        parameters: {
            query?: {
                account?: string;
                before?: string;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                owner: components["parameters"]["OwnerParam"];
                repo: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TextAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            308: components["responses"]["Transferred"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            410: components["responses"]["Deleted"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    mark_items: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MarksPlan"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MarksAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ReusedKey"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    undo_marks: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                by?: components["parameters"]["ByParam"];
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UndoneMarksAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ReusedKey"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_me: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_permissions: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PermissionsAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_queue: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                created_after?: components["parameters"]["CreatedAfterParam"];
                created_before?: components["parameters"]["CreatedBeforeParam"];
                updated_after?: components["parameters"]["UpdatedAfterParam"];
                updated_before?: components["parameters"]["UpdatedBeforeParam"];
                unread?: components["parameters"]["UnreadParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                closed_after?: components["parameters"]["ClosedAfterParam"];
                closed_before?: components["parameters"]["ClosedBeforeParam"];
                waiting_after?: components["parameters"]["WaitingAfterParam"];
                waiting_before?: components["parameters"]["WaitingBeforeParam"];
                active_after?: components["parameters"]["ActiveAfterParam"];
                active_before?: components["parameters"]["ActiveBeforeParam"];
                checks?: components["parameters"]["ChecksParam"];
                state?: components["parameters"]["StateParam"];
                order?: components["parameters"]["OrderParam"];
                as_of?: components["parameters"]["AsOfParam"];
                min_position?: components["parameters"]["MinPositionParam"];
                limit?: number;
                cursor?: string;
                skip?: number;
                fields?: ("rank" | "repository" | "visibility" | "type" | "number" | "title" | "url" | "state" | "author" | "labels" | "assignees" | "milestone" | "comments" | "draft" | "created_at" | "updated_at" | "days_age" | "days_stale" | "stale_age" | "human_stale_age" | "last_activity" | "read" | "note" | "closed_at" | "closed_reason" | "repository_id" | "author_id" | "waits_for" | "waits_since" | "review" | "author_association" | "reactions" | "commenters" | "recent_commenters" | "checks" | "checks_at" | "linked_pull_requests" | "linked_issues")[];
                strict?: components["parameters"]["StrictParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueAnswer"];
                    "text/csv": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            410: components["responses"]["DatePassed"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TooEarly"];
        };
    };
    export_queue_csv: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                created_after?: components["parameters"]["CreatedAfterParam"];
                created_before?: components["parameters"]["CreatedBeforeParam"];
                updated_after?: components["parameters"]["UpdatedAfterParam"];
                updated_before?: components["parameters"]["UpdatedBeforeParam"];
                unread?: components["parameters"]["UnreadParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                closed_after?: components["parameters"]["ClosedAfterParam"];
                closed_before?: components["parameters"]["ClosedBeforeParam"];
                waiting_after?: components["parameters"]["WaitingAfterParam"];
                waiting_before?: components["parameters"]["WaitingBeforeParam"];
                active_after?: components["parameters"]["ActiveAfterParam"];
                active_before?: components["parameters"]["ActiveBeforeParam"];
                checks?: components["parameters"]["ChecksParam"];
                state?: components["parameters"]["StateParam"];
                order?: components["parameters"]["OrderParam"];
                as_of?: components["parameters"]["AsOfParam"];
                min_position?: components["parameters"]["MinPositionParam"];
                limit?: components["parameters"]["LimitParam"];
                cursor?: string;
                visibility?: components["parameters"]["VisibilityParam"];
                bom?: components["parameters"]["BomParam"];
                raw?: components["parameters"]["RawParam"];
                fields?: ("rank" | "repository" | "type" | "number" | "title" | "url" | "state" | "author" | "labels" | "assignees" | "milestone" | "comments" | "draft" | "created_at" | "updated_at" | "days_age" | "days_stale" | "stale_age" | "human_stale_age" | "last_activity_kind" | "last_activity_actor" | "last_activity_at" | "read_at" | "read_by" | "read_scrub" | "note_recommended_action" | "note_comment" | "note_flag" | "visibility" | "closed_at" | "closed_reason" | "repository_id" | "author_id" | "waits_for" | "waits_since" | "review" | "author_association" | "reactions" | "commenters" | "recent_commenters" | "checks" | "checks_at" | "linked_pull_requests" | "linked_issues")[];
                strict?: components["parameters"]["StrictParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            410: components["responses"]["DatePassed"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TooEarly"];
        };
    };
    export_queue_xlsx: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                created_after?: components["parameters"]["CreatedAfterParam"];
                created_before?: components["parameters"]["CreatedBeforeParam"];
                updated_after?: components["parameters"]["UpdatedAfterParam"];
                updated_before?: components["parameters"]["UpdatedBeforeParam"];
                unread?: components["parameters"]["UnreadParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                closed_after?: components["parameters"]["ClosedAfterParam"];
                closed_before?: components["parameters"]["ClosedBeforeParam"];
                waiting_after?: components["parameters"]["WaitingAfterParam"];
                waiting_before?: components["parameters"]["WaitingBeforeParam"];
                active_after?: components["parameters"]["ActiveAfterParam"];
                active_before?: components["parameters"]["ActiveBeforeParam"];
                checks?: components["parameters"]["ChecksParam"];
                state?: components["parameters"]["StateParam"];
                order?: components["parameters"]["OrderParam"];
                as_of?: components["parameters"]["AsOfParam"];
                min_position?: components["parameters"]["MinPositionParam"];
                limit?: components["parameters"]["LimitParam"];
                cursor?: string;
                visibility?: components["parameters"]["VisibilityParam"];
                strict?: components["parameters"]["StrictParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            410: components["responses"]["DatePassed"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TooEarly"];
        };
    };
    count_queue: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                created_after?: components["parameters"]["CreatedAfterParam"];
                created_before?: components["parameters"]["CreatedBeforeParam"];
                updated_after?: components["parameters"]["UpdatedAfterParam"];
                updated_before?: components["parameters"]["UpdatedBeforeParam"];
                unread?: components["parameters"]["UnreadParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                closed_after?: components["parameters"]["ClosedAfterParam"];
                closed_before?: components["parameters"]["ClosedBeforeParam"];
                waiting_after?: components["parameters"]["WaitingAfterParam"];
                waiting_before?: components["parameters"]["WaitingBeforeParam"];
                active_after?: components["parameters"]["ActiveAfterParam"];
                active_before?: components["parameters"]["ActiveBeforeParam"];
                checks?: components["parameters"]["ChecksParam"];
                state?: components["parameters"]["StateParam"];
                limit?: number;
                min_position?: components["parameters"]["MinPositionParam"];
                strict?: components["parameters"]["StrictParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FacetsAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TooEarly"];
        };
    };
    list_repositories: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                after?: number;
                cursor?: components["parameters"]["CursorParam"];
                limit?: number;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RepositoriesAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_schedule: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    change_meeting: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: never;
            path: {
                date: components["parameters"]["DateParam"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MeetingChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeetingRow"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    restore_meeting: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: never;
            path: {
                date: components["parameters"]["DateParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    add_talk: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: never;
            path: {
                date: components["parameters"]["DateParam"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TalkAnnouncement"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TalkRow"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TalkRow"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    remove_talk: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: never;
            path: {
                date: components["parameters"]["DateParam"];
                talk: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_scrubs: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                before?: number;
                cursor?: string;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrubsAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    open_scrub: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScrubPlan"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrubAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ReusedKey"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_calendar: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/calendar": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_scrub: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrubAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    advance_scrub: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScrubStep"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrubAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ReusedKey"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    add_attendee: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
                name: components["parameters"]["NameParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrubAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ReusedKey"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    remove_attendee: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
                name: components["parameters"]["NameParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrubAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ReusedKey"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    claim_rows: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: never;
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RowClaims"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoomAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    close_scrub: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ScrubClosing"] | null;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrubAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ReusedKey"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    move_cursor: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CursorMove"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrubAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ReusedKey"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_deck: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                after?: number;
                cursor?: components["parameters"]["CursorParam"];
                limit?: number;
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeckAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    set_greeter: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: never;
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GreeterSetting"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoomAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    add_guest: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: never;
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GuestPlan"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GuestAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    hand_over_scrub: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HostSetting"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrubAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ReusedKey"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_minutes: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                visibility?: components["parameters"]["VisibilityParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/markdown": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    set_presence: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: never;
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PresenceBeat"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoomAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_room: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoomAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    read_row: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKeyParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
                place: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RowReading"] | null;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScrubAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["ReusedKey"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    export_scrub_csv: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                order?: components["parameters"]["OrderParam"];
                bom?: components["parameters"]["BomParam"];
                visibility?: components["parameters"]["VisibilityParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    export_scrub_xlsx: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                order?: components["parameters"]["OrderParam"];
                visibility?: components["parameters"]["VisibilityParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    follow_scrub: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                last_event_id?: number;
            };
            header?: {
                "Last-Event-ID"?: components["parameters"]["LastEventIdParam"];
            };
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["ScrubStreamData"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    set_timer: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: never;
            path: {
                number: components["parameters"]["NumberParam"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TimerSetting"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoomAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    import_sheet: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                dry_run?: boolean;
                scrub?: number;
                without?: components["schemas"]["SheetRows"][];
                file?: string;
                by?: components["parameters"]["ByParam"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SheetAnswer"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AmbiguousLogin"];
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_unplaced_rows: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnplacedAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_ages: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                group_by?: components["parameters"]["GroupByParam"];
                group_limit?: components["parameters"]["GroupLimitParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgesAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    export_ages: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                group_by?: components["parameters"]["GroupByParam"];
                group_limit?: components["parameters"]["GroupLimitParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                format: components["parameters"]["FormatParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgesAnswer"];
                    "image/svg+xml": string;
                    "text/csv": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_backlog: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                group_by?: components["parameters"]["GroupByParam"];
                group_limit?: components["parameters"]["GroupLimitParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
                from?: components["parameters"]["FromParam"];
                to?: components["parameters"]["ToParam"];
                step?: components["parameters"]["StepParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BacklogAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    export_backlog: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                group_by?: components["parameters"]["GroupByParam"];
                group_limit?: components["parameters"]["GroupLimitParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
                from?: components["parameters"]["FromParam"];
                to?: components["parameters"]["ToParam"];
                step?: components["parameters"]["StepParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                format: components["parameters"]["FormatParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BacklogAnswer"];
                    "image/svg+xml": string;
                    "text/csv": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_coverage: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                group_by?: components["parameters"]["GroupByParam"];
                group_limit?: components["parameters"]["GroupLimitParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
                from?: components["parameters"]["FromParam"];
                to?: components["parameters"]["ToParam"];
                step?: components["parameters"]["StepParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CoverageAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    export_coverage: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                group_by?: components["parameters"]["GroupByParam"];
                group_limit?: components["parameters"]["GroupLimitParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
                from?: components["parameters"]["FromParam"];
                to?: components["parameters"]["ToParam"];
                step?: components["parameters"]["StepParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                format: components["parameters"]["FormatParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CoverageAnswer"];
                    "image/svg+xml": string;
                    "text/csv": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_flow: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                group_by?: components["parameters"]["GroupByParam"];
                group_limit?: components["parameters"]["GroupLimitParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
                from?: components["parameters"]["FromParam"];
                to?: components["parameters"]["ToParam"];
                step?: components["parameters"]["StepParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    export_flow: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                group_by?: components["parameters"]["GroupByParam"];
                group_limit?: components["parameters"]["GroupLimitParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
                from?: components["parameters"]["FromParam"];
                to?: components["parameters"]["ToParam"];
                step?: components["parameters"]["StepParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                format: components["parameters"]["FormatParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowAnswer"];
                    "image/svg+xml": string;
                    "text/csv": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_forecast: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                group_by?: components["parameters"]["GroupByParam"];
                group_limit?: components["parameters"]["GroupLimitParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
                from?: components["parameters"]["FromParam"];
                to?: components["parameters"]["ToParam"];
                seed?: components["parameters"]["SeedParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ForecastAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    export_forecast: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                group_by?: components["parameters"]["GroupByParam"];
                group_limit?: components["parameters"]["GroupLimitParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
                from?: components["parameters"]["FromParam"];
                to?: components["parameters"]["ToParam"];
                seed?: components["parameters"]["SeedParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                format: components["parameters"]["FormatParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ForecastAnswer"];
                    "image/svg+xml": string;
                    "text/csv": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_milestones: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
                milestone_state?: components["parameters"]["MilestoneStateParam"];
                limit?: number;
                from?: components["parameters"]["FromParam"];
                to?: components["parameters"]["ToParam"];
                seed?: components["parameters"]["SeedParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MilestonesAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    export_milestones: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
                milestone_state?: components["parameters"]["MilestoneStateParam"];
                limit?: number;
                from?: components["parameters"]["FromParam"];
                to?: components["parameters"]["ToParam"];
                seed?: components["parameters"]["SeedParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                format: components["parameters"]["FormatParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MilestonesAnswer"];
                    "image/svg+xml": string;
                    "text/csv": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_throughput: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                group_by?: components["parameters"]["GroupByParam"];
                group_limit?: components["parameters"]["GroupLimitParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
                window?: components["parameters"]["WindowParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThroughputAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    export_throughput: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                checks?: components["parameters"]["ChecksParam"];
                as_of?: components["parameters"]["AsOfParam"];
                group_by?: components["parameters"]["GroupByParam"];
                group_limit?: components["parameters"]["GroupLimitParam"];
                raw?: components["parameters"]["RawParam"];
                width?: components["parameters"]["WidthParam"];
                height?: components["parameters"]["HeightParam"];
                strict?: components["parameters"]["StrictParam"];
                window?: components["parameters"]["WindowParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                format: components["parameters"]["FormatParam"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThroughputAnswer"];
                    "image/svg+xml": string;
                    "text/csv": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    follow_queue: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                view?: components["parameters"]["ViewParam"];
                repo?: components["parameters"]["RepoParam"];
                type?: components["parameters"]["TypeParam"];
                label?: components["parameters"]["LabelParam"];
                author?: components["parameters"]["AuthorParam"];
                assignee?: components["parameters"]["AssigneeParam"];
                milestone?: components["parameters"]["MilestoneParam"];
                title?: components["parameters"]["TitleParam"];
                draft?: components["parameters"]["DraftParam"];
                created_after?: components["parameters"]["CreatedAfterParam"];
                created_before?: components["parameters"]["CreatedBeforeParam"];
                updated_after?: components["parameters"]["UpdatedAfterParam"];
                updated_before?: components["parameters"]["UpdatedBeforeParam"];
                unread?: components["parameters"]["UnreadParam"];
                noted?: components["parameters"]["NotedParam"];
                action?: components["parameters"]["ActionParam"];
                flag?: components["parameters"]["FlagParam"];
                waits_for?: components["parameters"]["WaitsForParam"];
                archived?: components["parameters"]["ArchivedParam"];
                review?: components["parameters"]["ReviewParam"];
                author_association?: components["parameters"]["AuthorAssociationParam"];
                comments?: components["parameters"]["CommentsParam"];
                reactions?: components["parameters"]["ReactionsParam"];
                commenters?: components["parameters"]["CommentersParam"];
                closed_reason?: components["parameters"]["ClosedReasonParam"];
                closed_after?: components["parameters"]["ClosedAfterParam"];
                closed_before?: components["parameters"]["ClosedBeforeParam"];
                waiting_after?: components["parameters"]["WaitingAfterParam"];
                waiting_before?: components["parameters"]["WaitingBeforeParam"];
                active_after?: components["parameters"]["ActiveAfterParam"];
                active_before?: components["parameters"]["ActiveBeforeParam"];
                checks?: components["parameters"]["ChecksParam"];
                strict?: components["parameters"]["StrictParam"];
                last_event_id?: number;
            };
            header?: {
                "Last-Event-ID"?: components["parameters"]["LastEventIdParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["StreamData"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    create_stream_ticket: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StreamTicket"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    show_sync: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                after?: number;
                cursor?: components["parameters"]["CursorParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_tokens: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokensAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenPlan"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    revoke_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    list_views: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                counts?: components["parameters"]["CountsParam"];
                min_position?: components["parameters"]["MinPositionParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewsAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TooEarly"];
        };
    };
    show_view: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
                counts?: components["parameters"]["CountsParam"];
                min_position?: components["parameters"]["MinPositionParam"];
            };
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                name: components["schemas"]["ViewName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewRow"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TooEarly"];
        };
    };
    write_view: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: never;
            path: {
                name: components["schemas"]["ViewName"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViewPlan"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewRow"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewRow"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    delete_view: {
        parameters: {
            query?: {
                account?: components["parameters"]["AccountParam"];
            };
            header?: never;
            path: {
                name: components["schemas"]["ViewName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AmbiguousLogin"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    finish_sign_in: {
        parameters: {
            query?: {
                state?: string;
                code?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_sign_in: {
        parameters: {
            query?: {
                return_to?: string;
                check?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
        };
    };
    sign_out: {
        parameters: {
            query?: {
                everywhere?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
        };
    };
    begin_token_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenToUse"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
        };
    };
    check_health: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            304: components["responses"]["NotModified"];
        };
    };
    show_metrics: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openmetrics-text": string;
                    "text/plain": string;
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    explain_problem: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path: {
                kind: "bad-parameter" | "parameter-forbidden" | "other-origin" | "sign-in-off" | "sign-in-failed" | "unknown-account" | "login-reused" | "unknown-view" | "unknown-collection" | "view-declared" | "view-built-in" | "too-many-views" | "unknown-item" | "item-deleted" | "text-not-shown" | "unknown-marks" | "date-over" | "unknown-scrub" | "scrub-open" | "scrub-closed" | "cursor-moved" | "unknown-row" | "host-present" | "host-changed" | "greeter-changed" | "too-many-guests" | "timer-changed" | "claimed" | "nothing-to-read" | "no-schedule" | "unknown-meeting" | "unknown-talk" | "too-many-talks" | "note-changed" | "bad-sheet" | "other-sheet" | "key-reused" | "position-not-reached";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            304: components["responses"]["NotModified"];
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_readiness: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatchParam"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            304: components["responses"]["NotModified"];
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    receive_delivery: {
        parameters: {
            query?: never;
            header: {
                "X-GitHub-Event": string;
                "X-GitHub-Delivery": string;
                "X-Hub-Signature-256": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acknowledgement"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
