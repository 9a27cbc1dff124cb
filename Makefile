# Everyday commands; "make check" is what a change must pass.
.PHONY: build test race lint fuzz check examples default-model features results results-page lab

FUZZTIME ?= 30s

build:
	GOEXPERIMENT=simd CGO_ENABLED=0 go build -trimpath -ldflags=-s -o botnetdetect ./cmd/botnetdetect
	CGO_ENABLED=0 go build -trimpath -ldflags=-s -o botnetdetect-cluster ./cmd/botnetdetect-cluster

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
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package || exit 1; \
		done; \
	done

check: lint test race

# The example captures, from the code that describes them.
examples:
	go run ./examples/make examples

# The built-in models, bit for bit, from the kept feature tables.
default-model:
	go build -o build/botnetdetect ./cmd/botnetdetect
	cd model/default && export SOURCE_DATE_EPOCH=1795305600 && \
		$(CURDIR)/build/botnetdetect retrain features.json.gz && \
		$(CURDIR)/build/botnetdetect retrain --csv features.csv.gz && \
		$(CURDIR)/build/botnetdetect retrain --features behaviour --csv behaviour.csv.gz && \
		mv cache/model.json cache/model_csv.json cache/model_behaviour.json . && rmdir cache

# The feature tables, from the labelled captures in DATA (docs/default-model.md). Two of
# them end in the middle of a packet, which the command says and which is no failure here.
DATA ?= ../shared/data
features:
	go build -o build/botnetdetect ./cmd/botnetdetect
	cd $(DATA) && for kind in "json" "csv --csv"; do \
		$(CURDIR)/build/botnetdetect dump --labels PAIR_LABELS.tsv -o $(CURDIR)/build/features.$$kind Benign Botnet || [ $$? = 1 ]; \
	done
	for kind in json csv; do gzip -9n < build/features.$$kind > model/default/features.$$kind.gz; done

# docs/results.md: what the recipe of the built-in models and every baseline are worth on the
# captures in DATA, two of which end in the middle of a packet. "make results-page" writes the
# page anew from the kept figures, and what reports say of the built-in models.
results:
	go build -o build/botnetdetect ./cmd/botnetdetect
	cd $(DATA) && $(CURDIR)/build/botnetdetect evaluate --quiet --protocol all --baselines --audits \
		--labels PAIR_LABELS.tsv -o $(CURDIR)/docs/results/eval.json Benign Botnet > /dev/null || [ $$? = 1 ]
	cd $(DATA) && $(CURDIR)/build/botnetdetect evaluate --quiet --protocol all --features behaviour --audits \
		--labels PAIR_LABELS.tsv -o $(CURDIR)/docs/results/behaviour.json Benign Botnet > /dev/null || [ $$? = 1 ]
	$(MAKE) results-page

results-page:
	go run ./cmd/botnetdetect evaluate --markdown docs/results/eval.json > docs/results.md
	go test ./report -run BuiltInWorth -update

# Benign captures of our own (lab/README.md): needs root on Linux, and four hours.
lab:
	cd lab && CGO_ENABLED=0 go build -o ../build/lab-record . && ../build/lab-record install
	nice build/lab-record record -o build/lab
