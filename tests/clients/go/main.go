// Reads a running service through the client that oapi-codegen makes.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
)

func main() {
	if err := read(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(address, token string) error {
	authorize := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
	client, err := NewClientWithResponses(address, WithRequestEditorFn(authorize))
	if err != nil {
		return err
	}
	ctx := context.Background()

	limit, order, types := int64(7), Oldest, []ItemTypeTerm{ItemTypeTermIssue}
	question := &ListQueueParams{Limit: &limit, Order: &order, Type: &types}
	pages, numbers := 0, []int64{}
	for question != nil {
		page, err := client.ListQueueWithResponse(ctx, question)
		if err != nil {
			return err
		}
		if page.JSON200 == nil {
			return fmt.Errorf("the queue answered %s", page.Status())
		}
		for _, row := range page.JSON200.Items {
			numbers = append(numbers, row.Number)
		}
		pages++
		question = nil
		if page.JSON200.Next != nil {
			next, err := url.Parse(*page.JSON200.Next)
			if err != nil {
				return err
			}
			cursor := next.Query().Get("cursor")
			question = &ListQueueParams{Cursor: &cursor}
		}
	}

	found, err := client.ShowItemWithResponse(ctx, "acme", "widgets", 1, nil)
	if err != nil {
		return err
	}
	missing, err := client.ShowItemWithResponse(ctx, "acme", "widgets", 999, nil)
	if err != nil {
		return err
	}
	if found.JSON200 == nil || missing.ApplicationproblemJSON404 == nil {
		return fmt.Errorf("the items answered %s and %s", found.Status(), missing.Status())
	}
	problem := missing.ApplicationproblemJSON404

	excluded := []ItemTypeTerm{"-PR"}
	ages, err := client.ShowAgesWithResponse(ctx, &ShowAgesParams{Type: &excluded})
	if err != nil {
		return err
	}
	if ages.JSON200 == nil {
		return fmt.Errorf("the statistic answered %s", ages.Status())
	}
	var open int64
	for _, bucket := range ages.JSON200.ByAge {
		open += int64(bucket.Items)
	}

	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"pages":     pages,
		"numbers":   numbers,
		"title":     found.JSON200.Title,
		"waits_for": found.JSON200.WaitsFor,
		"missing":   []any{missing.StatusCode(), problem.Type, problem.Parameter},
		"open":      open,
	})
}
