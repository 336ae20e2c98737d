// Makes the files of parquet-go beside it: go mod init x && go get github.com/parquet-go/parquet-go && go run make.go
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/parquet-go/parquet-go"
)

type Pair struct {
	A int64     `parquet:"a"`
	B []*string `parquet:"b,list"`
}

type Row struct {
	ID      int32            `parquet:"id"`
	Wide    *int64           `parquet:"wide,optional"`
	Real    *float64         `parquet:"real,optional"`
	Words   *string          `parquet:"words,optional,dict"`
	Texts   string           `parquet:"texts,delta"`
	Lengths string           `parquet:"lengths,delta"`
	Bytes   []byte           `parquet:"bytes"`
	At      time.Time        `parquet:"at,timestamp(microsecond)"`
	Flag    bool             `parquet:"flag"`
	Pair    *Pair            `parquet:"pair,optional"`
	List    []int64          `parquet:"list,list"`
	Map     map[string]int64 `parquet:"map"`
}

func row(i int) Row {
	r := Row{
		ID: int32(i), Texts: fmt.Sprintf("text %d that is longer", i*7919), Lengths: fmt.Sprintf("l%d", i),
		Bytes: []byte(fmt.Sprintf("x%d", i)), At: time.Unix(1577836800+int64(i), 0).UTC(), Flag: i%3 == 0,
		Map: map[string]int64{fmt.Sprintf("k%d", i%5): int64(i)},
	}
	if i%7 != 0 {
		wide := int64(i) * 1000003
		r.Wide = &wide
	}
	if i%5 != 0 {
		real := float64(i) / 3
		r.Real = &real
	}
	if i%11 != 0 {
		word := fmt.Sprintf("wört 😀 %d", i%40)
		r.Words = &word
	}
	if i%13 != 0 {
		p := fmt.Sprintf("p%d", i)
		r.Pair = &Pair{int64(i), []*string{&p, nil}}
	}
	for k := 0; k < i%4; k++ {
		r.List = append(r.List, int64(k))
	}
	return r
}

func main() {
	codecs := []parquet.WriterOption{parquet.Compression(&parquet.Gzip), parquet.Compression(&parquet.Zstd)}
	for version := 1; version <= 2; version++ {
		file, err := os.Create(fmt.Sprintf("parquet-go-v%d.parquet", version))
		if err != nil {
			panic(err)
		}
		writer := parquet.NewGenericWriter[Row](file, codecs[version-1], parquet.DataPageVersion(version),
			parquet.MaxRowsPerRowGroup(200), parquet.PageBufferSize(600), parquet.DataPageStatistics(true),
			parquet.BloomFilters(parquet.SplitBlockFilter(10, "id")))
		rows := make([]Row, 0, 600)
		for i := 0; i < 600; i++ {
			rows = append(rows, row(i))
		}
		if _, err := writer.Write(rows); err != nil {
			panic(err)
		}
		if err := writer.Close(); err != nil {
			panic(err)
		}
		file.Close()
	}
}
