using LayerShuffle.Benchmarks;

return BenchmarkList.Run(args);
