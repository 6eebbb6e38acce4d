package view

import (
	"io"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"cwb/internal/backup"
)

// Bars is a [Meter] for terminals: one bar a node.
type Bars struct {
	W     io.Writer
	Width int

	container *mpb.Progress
	bars      map[backup.NodeAddr]*mpb.Bar
}

// Show moves a node's bar, making it first.
func (b *Bars) Show(node backup.NodeAddr, done, total int64) {
	if b.container == nil {
		b.container = mpb.New(mpb.WithOutput(b.W), mpb.WithWidth(min(b.Width, 100)))
		b.bars = map[backup.NodeAddr]*mpb.Bar{}
	}
	bar := b.bars[node]
	if bar == nil {
		bar = b.container.AddBar(0,
			mpb.PrependDecorators(decor.Name("  "+node.String(), decor.WCSyncSpaceR)),
			mpb.AppendDecorators(decor.CountersKiloByte("% .1f / % .1f", decor.WCSyncSpace)),
			mpb.BarRemoveOnComplete())
		b.bars[node] = bar
	}
	bar.SetTotal(max(total, done+1), false)
	bar.SetCurrent(done)
}

// Finish removes all bars.
func (b *Bars) Finish() {
	if b.container == nil {
		return
	}
	for _, bar := range b.bars {
		bar.Abort(true)
	}
	b.container.Wait()
	b.container, b.bars = nil, nil
}
