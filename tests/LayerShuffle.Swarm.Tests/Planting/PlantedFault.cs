namespace LayerShuffle.Swarm.Tests.Planting;

/// <summary>A small mistake in the program's sources that the swarm must find.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="File">The file.</param>
/// <param name="Find">What stands there once.</param>
/// <param name="Replace">What stands there instead.</param>
/// <param name="Always">Whether it is planted in every run of the tests; else with <c>LAYERSHUFFLE_LONG=1</c>.</param>
/// <param name="Seen">The seed whose scenario has shown it: the search begins there.</param>
internal sealed record PlantedFault(string Name, string File, string Find, string Replace, bool Always = false, long Seen = 0)
{
    private const string Courier = "src/LayerShuffle.Actors/Protocol/HopCourier.cs", Journeys = "src/LayerShuffle.Actors/Messages/HopMessages.cs",
        Node = "src/LayerShuffle.Actors/Trials/NodeActor.cs", Coordinator = "src/LayerShuffle.Actors/Trials/CoordinatorActor.cs",
        Trace = "src/LayerShuffle.Actors/Tracing/TraceRecorder.cs", Transport = "src/LayerShuffle.Actors/Protocol/LinkTransport.cs",
        Carrier = "src/LayerShuffle.Simulation/VirtualCarrier.cs", Paused = "src/LayerShuffle.Simulation/PausedNodes.cs",
        Link = "src/LayerShuffle.Core/Links/LinkState.cs", Health = "src/LayerShuffle.Core/Faults/NodeHealth.cs",
        Metrics = "src/LayerShuffle.Results/Metrics/TrialDataBuilder.cs", Rows = "src/LayerShuffle.Results/Csv/TrialRows.cs";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PlantedFault> All { get; } = [.. OfTheProtocol(), .. OfNodes(), .. OfLinks(), .. OfTheBooks()];

    private static IEnumerable<PlantedFault> OfTheProtocol() =>
    [
        new("a resend too many", Courier, "custody.Tries < context.Routing.Retries ||", "custody.Tries <= context.Routing.Retries ||", Always: true),
        new("a resend too few", Courier, "custody.Tries < context.Routing.Retries ||", "custody.Tries + 1 < context.Routing.Retries ||"),
        new("custody given up early", Courier, "        custody.Holder = (ack.From, ack.Incarnation);\n",
            "        custody.Holder = (ack.From, ack.Incarnation);\n        Remove(custody);\n", Always: true, Seen: 180),
        new("the holder of a hop forgotten", Courier, "        custody.Holder = (ack.From, ack.Incarnation);\n", ""),
        new("timers that fire early", Courier, "context.Clock.TellAfter(custody.Wait, owner",
            "context.Clock.TellAfter(new Duration(custody.Wait.Nanoseconds / 2), owner"),
        new("the timeout for the detection delay", Courier, "context.Routing.Detection ?? context.Routing.Timeout ??",
            "context.Routing.Timeout ?? context.Routing.Detection ??"),
        new("a layer that is skipped on the same branch", Journeys, "Branch = NextHop.BranchAfterGivingUp(NextLayer), ", ""),
        new("a layer that is skipped and not told", Journeys, "Skipped = [.. Skipped, NextLayer], ", ""),
        new("a deadline that counts as a failure", Coordinator, "RequestOutcome.DeadlineExceeded));", "RequestOutcome.Failed));"),
        new("a request in flight too many", Coordinator, "i < plan.Workload.Arrivals.Concurrency &&", "i <= plan.Workload.Arrivals.Concurrency &&"),
        new("luck shared between attempts", Transport, "journey.NextLayer, message.Attempt, journey.Branch",
            "journey.NextLayer, 0, journey.Branch", Always: true, Seen: 14),
        new("an acknowledgement before the delivery", Carrier, "        underway.Add(message.Journey.Request);\n",
            "        underway.Add(message.Journey.Request);\n        Endpoints[from].Tell(HopAcknowledged.Of(message, to, incarnation));\n", Always: true),
        new("a second copy that is the first attempt once more", Courier, "layer = custody.Journey.NextLayer, attempt = custody.Attempt + 1;",
            "layer = custody.Journey.NextLayer, attempt = custody.Attempt;"),
        new("second copies that are not told", Trace, "Hedges += seen.IsHedge ? 1 : 0;", "Hedges += 0;"),
        new("control messages that take no time", Carrier, "kernel.Schedule(due, EventKind.Delivery, m => ReceiveControl",
            "kernel.Schedule(kernel.Now, EventKind.Delivery, m => ReceiveControl"),
    ];

    private static IEnumerable<PlantedFault> OfNodes() =>
    [
        new("a duplicate executed", Node, "        else if (executed.Add(hop, message.Journey.Deadline, context.Clock.Now))\n",
            "        else if (executed.Add(hop, message.Journey.Deadline, context.Clock.Now) | true)\n", Always: true, Seen: 8),
        new("a node that computes while it is down", Node, "        waiting.Clear();\n        running = null;\n",
            "        waiting.Clear();\n", Always: true, Seen: 8),
        new("a queue that survives a crash", Node, "        waiting.Clear();\n        running = null;\n", "        running = null;\n"),
        new("two layers at a time", Node, "while (running is null && waiting.TryDequeue", "while (waiting.TryDequeue"),
        new("last come first served", Node, "        waiting.Enqueue((message, upstream));\n",
            "        var before = waiting.ToArray();\n        waiting.Clear();\n        waiting.Enqueue((message, upstream));\n"
                + "        foreach (var one in before)\n            waiting.Enqueue(one);\n"),
        new("a slowdown that slows nobody", Node, "journey.Images) * (slowdown * SlowStart());", "journey.Images) * SlowStart();"),
        new("work after the deadline", Node, "            if (context.Clock.Now > journey.Deadline)\n                continue;\n", ""),
        new("the dead incarnation's mail delivered to the next", Carrier, "(health.IsUp(endpoint) && health.Incarnation(endpoint) == incarnation)",
            "health.IsUp(endpoint)"),
        new("a restart that is no new incarnation", Health, "        incarnations[node]++;\n", ""),
        new("a paused node that takes mail", Transport, "        if (carrier.IsPaused(to))\n        {\n            Hold(from,",
            "        if (to < 0)\n        {\n            Hold(from,"),
        new("timers that fire at a paused node", Paused, "        Of(endpoint).Timers.Add((target, message));\n        return true;\n",
            "        return false;\n"),
    ];

    private static IEnumerable<PlantedFault> OfLinks() =>
    [
        new("a byte that is not counted", Link, "books.Bytes += sizeBytes;", "books.Bytes += sizeBytes - 1;", Always: true),
        new("a cut that lets messages through", Link, "public bool IsUp => cuts == 0 &&", "public bool IsUp => cuts <= 1 &&", Always: true, Seen: 45),
        new("a cut that does not heal", Link, "            cuts--;\n", ""),
        new("a bandwidth that two messages have at once", Link, "        return free = hasTraceRate ?", "        return hasTraceRate ?"),
        new("half the loss", Link, "return Happens(conditions.Loss, loss, key, copy);", "return Happens(conditions.Loss / 2, loss, key, copy);"),
        new("corruption where none is asked for", Link, "bool corrupted = Happens(conditions.Corrupt, corrupt, key, copy);",
            "bool corrupted = Happens(conditions.Corrupt + 0.01, corrupt, key, copy);"),
        new("a latency that is cut short", Link, "            arrival += drawn;\n", "            arrival += new Duration(drawn.Nanoseconds / 10 * 9);\n"),
        new("overtaking by who arrives together", Link, "bool early = arrival < latestArrival;", "bool early = arrival <= latestArrival;"),
        new("duplicates that are not counted", Link, "        books.Duplicated++;\n", ""),
        new("a wire format that saves nothing", Transport, "message.Journey.ImagesCarried) * spec.Cluster.Wire.BytesPerNumber();",
            "message.Journey.ImagesCarried) * sizeof(float);"),
    ];

    private static IEnumerable<PlantedFault> OfTheBooks() =>
    [
        new("messages to dead receivers that are not lost", Metrics, " + link.DroppedReceiverDown),", "),"),
        new("a 95th percentile that is a 90th", Metrics, "LatencyP95Ms = Quantile(latencies, 0.95)", "LatencyP95Ms = Quantile(latencies, 0.9)"),
        new("a throughput of what was only asked for", Metrics, "Ratio(completedImages, record.Length.TotalSeconds)",
            "Ratio(images, record.Length.TotalSeconds)"),
        new("delivered and lost in each other's columns", Rows, ".Add(link.MessagesSent).Add(link.Delivered).Add(link.Lost)",
            ".Add(link.MessagesSent).Add(link.Lost).Add(link.Delivered)"),
        new("resends that are counted from the second on", Trace, "if (seen.Attempt > 0 &&", "if (seen.Attempt > 1 &&"),
        new("results too late that count twice", Coordinator, "log.ResultsSuperseded += log.IsWarmUp(request) ? 0 : 1;",
            "log.ResultsSuperseded += log.IsWarmUp(request) ? 0 : 2;"),
        new("a time in seconds where milliseconds belong", Rows, ".Add(hop.Sent.TotalMilliseconds)", ".Add(hop.Sent.TotalSeconds)"),
    ];
}
