using LayerShuffle.Benchmarks;
using LayerShuffle.Supervision;

ThreadWaits.Shorten();
return BenchmarkList.Run(args);
