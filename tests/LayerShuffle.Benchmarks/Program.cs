using LayerShuffle.Benchmarks;
using LayerShuffle.Cluster.Processes;

ThreadWaits.Shorten();
return BenchmarkList.Run(args);
