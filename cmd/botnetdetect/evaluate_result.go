package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"botnetdetect/evaluate"
	"botnetdetect/internal/safefile"
	"botnetdetect/internal/terminal"
	"botnetdetect/report"
)

// page turns a result into Markdown.
func (e *evaluation) page() error {
	result, err := readEvaluation(e.markdown)
	if err != nil {
		return err
	}
	return result.WriteMarkdown(e.std.out)
}

func (e *evaluation) checkOutput() error {
	switch ending := filepath.Ext(e.output); {
	case e.output == "", ending == ".json", ending == ".csv", ending == ".html":
		return nil
	}
	return usage("--output %s: want a file that ends in .json, .csv or .html", e.output)
}

func (e *evaluation) measure(ctx context.Context, c *evaluate.Corpus, o evaluate.Options) (*evaluate.Result, error) {
	o.Detectors = e.detectors(c)
	if e.verbose {
		o.Progress = func(done, total int) { e.say("%d of %d folds", done, total) }
	}
	var export *evaluate.Export
	if e.export != "" {
		var err error
		if export, err = evaluate.NewExport(e.export); err != nil {
			return nil, err
		}
		o.Keep = export.Keep
	}
	result, err := evaluate.Run(ctx, c, o)
	if err != nil {
		return nil, err
	}
	result.Tool = toolName()
	result.Remarks = append(result.Remarks, e.notes...)
	if e.audits {
		if result.Audits, err = evaluate.Audits(ctx, c, o.Detectors[0], o); err != nil {
			return nil, err
		}
	}
	if export != nil {
		err = export.Finish(c, result)
		if !e.scores {
			result.DropScores()
		}
	}
	return result, err
}

func (e *evaluation) write(r *evaluate.Result) error {
	if err := r.WriteText(e.std.out); err != nil {
		return fmt.Errorf("cannot write result: %w", err)
	}
	if e.output != "" {
		fill := r.WriteJSON
		switch filepath.Ext(e.output) {
		case ".csv":
			fill = r.WriteCSV
		case ".html":
			fill = func(w io.Writer) error { return report.WriteEvaluation(w, r) }
		}
		if err := safefile.Write(e.output, fill); err != nil {
			return err
		}
		e.say("result kept in %s", terminal.Printable(e.output))
	}
	if !r.Measured() {
		return errors.New("nothing could be measured; the notes say why")
	}
	return nil
}
