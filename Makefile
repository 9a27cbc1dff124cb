# Everyday commands; "make check" is what a change must pass.
.PHONY: build test race lint fuzz bench examples default-model check

FUZZTIME ?= 30s

build:
	GOEXPERIMENT=simd CGO_ENABLED=0 go build -trimpath -ldflags=-s -o botnetdetect ./cmd/botnetdetect

test:
	go test ./...

race:
	go test -race -short ./...

lint:
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

# Every fuzz target of every package, one after the other.
fuzz:
	@for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

check: lint test race
