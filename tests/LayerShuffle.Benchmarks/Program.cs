using LayerShuffle.Benchmarks;

if (args is ["data-plane"])
    await DataPlaneThroughput.RunAsync();
else
    Console.WriteLine("Choose a benchmark: data-plane");
