using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Cluster.Tests;

/// <summary>
/// Recomputes a trial's books from its rows alone, knowing nothing of how they were written: what links counted from hops, resends, outcomes, results that came
/// too late, journeys, busy time. All requests must be traced.
/// </summary>
internal sealed class BookChecker(TrialSpec spec, TrialRecord trial, long messageBytes)
{
    private const string Coordinator = "coordinator";
    private readonly HopRecord[] sent = [.. trial.Hops.Where(h => h.Fate != "local")];
    private readonly Instant end = Instant.Zero + trial.Length;

    private bool Duplicates => Ever(c => c.Duplicate > 0, p => p.Duplicate > 0);

    private bool Garbles => Ever(c => c.Corrupt > 0, p => p.Corrupt > 0);

    private bool Crashes => spec.Faults.Any(fault => fault is CrashFault);

    private bool Pauses => spec.Faults.Any(fault => fault is PauseFault);

    /// <summary>How many books could be recomputed to the last count, so that a test can tell that it tests something.</summary>
    public int Exact { get; private set; }

    public void Check()
    {
        foreach (HopRecord hop in trial.Hops)
            Row(hop);
        foreach (LinkRecord link in trial.Links)
            Book(link, [.. sent.Where(h => h.From == link.From && h.To == link.To)]);
        sent.Select(h => (h.From, h.To)).ToHashSet().IsSubsetOf(trial.Links.Select(l => (l.From, l.To)))
            .ShouldBeTrue("every link that carried something has a row");
        trial.Retries.ShouldBe(trial.Hops.Count(h => h.Attempt > 0));
        foreach (IGrouping<string, HopRecord> node in trial.Hops.Where(h => h.ComputeStart is not null).GroupBy(h => h.To))
            OneLayerAtATime([.. node]);
        ILookup<int, HopRecord> byRequest = trial.Hops.ToLookup(h => h.Request);
        long superseded = 0;
        foreach (RequestRecord request in trial.Requests)
        {
            HopRecord[] hops = [.. byRequest[request.Request]];
            Request(request, hops);
            int results = hops.Where(h => h.Layer is null && h.Delivered is not null).Select(h => (h.Branch, h.Position)).Distinct().Count();
            superseded += results - (request.Outcome == RequestOutcome.Completed ? 1 : 0);
        }

        trial.ResultsSuperseded.ShouldBe(superseded);
        Ledger();
    }

    /// <summary>Of thousands of rows: text is made of one that does not hold.</summary>
    private static void Row(HopRecord hop)
    {
        Holds(hop.Fate is "delivered" or "garbled" or "lost" or "queue_full" or "corrupted" or "link_down" or "receiver_down" or "in_flight" or "local",
            "a known fate");
        Holds((hop.Delivered is not null) == (hop.Fate is "delivered" or "garbled" or "local"), "it is delivered if its fate says so");
        if (hop.Delivered is not { } delivered)
        {
            Holds((hop.Acked ?? hop.ComputeStart ?? hop.ComputeEnd) is null, "nothing happens to what is not delivered");
            return;
        }

        Holds(delivered >= hop.Sent, "it arrives after it was sent");
        Holds(hop.Acked is not { } acked || acked >= delivered, "it is acknowledged after it arrived");
        Holds(hop.ComputeStart is not { } start || start >= delivered, "it is computed after it arrived");
        Holds(hop.ComputeEnd is not { } ended || ended >= hop.ComputeStart, "computing ends after it began");
        Holds(hop.Layer is not null || hop.ComputeStart is null, "a result is not computed");
        Holds(hop.Fate != "local" || (hop.From == hop.To && hop.Delivered == hop.Sent && hop.Acked == hop.Sent), "what stays on a node takes no time");

        void Holds(bool holds, string what)
        {
            if (!holds)
                Assert.Fail($"{what}: {hop}");
        }
    }

    private void Book(LinkRecord link, HopRecord[] hops)
    {
        string what = $"{link.From}->{link.To}";
        link.MessagesSent.ShouldBe(hops.Length, what);
        link.Bytes.ShouldBe(messageBytes * hops.Length, what);
        link.DroppedLinkDown.ShouldBe(Fate("link_down"), what);
        (link.MessagesSent - link.DroppedLinkDown + link.Duplicated).ShouldBe(link.Lost + link.DroppedQueue + link.Carried, what);
        long underway = link.Carried - link.Delivered - link.Corrupted - link.DroppedReceiverDown;
        underway.ShouldBeGreaterThanOrEqualTo(0, what);
        link.Overtook.ShouldBeLessThanOrEqualTo(link.Delivered + link.Corrupted, what + ": only what arrived overtook");
        (link.Busy <= trial.Length).ShouldBeTrue(what);
        if (Duplicates)
        {
            // A row tells of an attempt, whose two copies may meet two fates.
            link.Delivered.ShouldBeInRange(Fate("delivered"), (2L * Fate("delivered")) + Fate("garbled"), what);
            link.Lost.ShouldBeGreaterThanOrEqualTo(Fate("lost") - underway, what);
            link.DroppedQueue.ShouldBeGreaterThanOrEqualTo(Fate("queue_full") - underway, what);
            return;
        }

        Exact++;
        link.Duplicated.ShouldBe(0, what);
        (link.Delivered, link.Lost, link.DroppedQueue, link.Corrupted, link.DroppedReceiverDown, underway)
            .ShouldBe((Fate("delivered"), Fate("lost"), Fate("queue_full"), Fate("corrupted") + Fate("garbled"), Fate("receiver_down"), Fate("in_flight")),
                what);
        if (!Garbles && !Crashes && !Pauses)
            Overtaking(link, hops);
        if (spec.Faults.All(fault => fault is not LinkFault) && Asked(link) is { BandwidthBytesPerSecond: { } bandwidth, Packets: null })
            link.Busy.ShouldBe(Busy(hops, bandwidth), what);
        if (!Pauses && hops.All(h => h.Fate is "delivered" or "lost" or "link_down") && spec.Faults.All(fault => fault is not LinkFault)
            && Asked(link) is { BandwidthBytesPerSecond: null, Reorder: 0, KeepOrder: false, Packets: not { Missing: MissingPackets.Resend } }
            && link.Delivered > 0)
            link.LatencyMeanMs!.Value.ShouldBe(hops.Where(h => h.Delivered is not null).Average(h => (h.Delivered!.Value - h.Sent).TotalMilliseconds), 1e-6,
                what);

        long Fate(string fate) => hops.Count(h => h.Fate == fate);
    }

    /// <summary>
    /// Who arrived before one that was handed over earlier and arrived later, or not before the end. Of those handed over at one instant the rows do not tell
    /// which came first.
    /// </summary>
    private void Overtaking(LinkRecord link, HopRecord[] hops)
    {
        HopRecord[] carried = [.. hops.Where(h => h.Fate is "delivered" or "in_flight")];
        int surely = 0, perhaps = 0;
        foreach (HopRecord hop in carried.Where(h => h.Delivered is not null))
        {
            surely += carried.Any(other => other.Sent < hop.Sent && (other.Delivered ?? end) > hop.Delivered) ? 1 : 0;
            perhaps += carried.Any(other => other != hop && other.Sent <= hop.Sent && (other.Delivered is null || other.Delivered > hop.Delivered)) ? 1 : 0;
        }

        link.Overtook.ShouldBeInRange(surely, perhaps, $"{link.From}->{link.To}");
    }

    private Duration Busy(HopRecord[] hops, double bandwidth)
    {
        var transmission = Duration.FromSeconds(messageBytes / bandwidth);
        Instant free = Instant.Zero;
        Duration busy = Duration.Zero;
        foreach (HopRecord hop in hops.Where(h => h.Fate is not ("lost" or "queue_full" or "link_down")).OrderBy(h => h.Sent))
        {
            Instant start = Instant.Max(free, hop.Sent);
            free = start + transmission;
            Instant until = free < end ? free : end;
            busy += until > start ? until - start : Duration.Zero;
        }

        return busy;
    }

    private void OneLayerAtATime(HopRecord[] hops)
    {
        HopRecord[] done = [.. hops.Where(h => h.ComputeEnd is not null).OrderBy(h => h.ComputeStart).ThenBy(h => h.ComputeEnd)];
        for (int i = 1; i < done.Length; i++)
        {
            if (done[i].ComputeStart < done[i - 1].ComputeEnd)
                Assert.Fail($"two layers at a time: {done[i - 1]} and {done[i]}");
        }
    }

    private void Request(RequestRecord request, HopRecord[] hops)
    {
        Instant deadline = request.Submitted + spec.Workload.Deadline;
        None(hops, h => h.Sent > deadline || h.ComputeStart > deadline, "nobody works for it after its deadline");
        if (request.Outcome != RequestOutcome.Completed)
        {
            if (spec.Routing.OnFailure != OnFailure.Fail)
                request.Outcome.ShouldBe(RequestOutcome.DeadlineExceeded);
            return;
        }

        Instant outcome = request.Submitted + request.Latency!.Value;
        outcome.ShouldBeLessThanOrEqualTo(deadline);
        None(hops, h => h.From == Coordinator && h.Sent > outcome, "custody ends with the outcome at the coordinator");
        if (!hops.Any(h => h.Layer is null && h.Delivered == outcome && h.Position == request.Order!.Count && Leads(h, request, hops)))
            Assert.Fail($"no way through the hops of request {request.Request} leads to its order {string.Join(' ', request.Order!)}");
        None(hops, h => h.Layer is null && h.Delivered < outcome, "the first result counts");
        request.Order!.Concat(request.Skipped!).Distinct().Count().ShouldBe(request.Order!.Count + request.Skipped!.Count);
        request.Retries!.Value.ShouldBeLessThanOrEqualTo(hops.Count(h => h.Attempt > 0));
    }

    /// <summary>A plain delegate: an assertion that takes an expression compiles it each time, and there are thousands.</summary>
    private static void None(HopRecord[] hops, Func<HopRecord, bool> wrong, string what)
    {
        if (Array.Find(hops, hop => wrong(hop)) is { } found)
            Assert.Fail($"{what}: {found}");
    }

    /// <summary>Whether the sender of a hop had what it sent: it executed the layer before, of a hop that leads there.</summary>
    private bool Leads(HopRecord hop, RequestRecord request, HopRecord[] hops)
    {
        if (hop.Position == 0 && hop.From == Coordinator)
            return hop.Sent >= request.Submitted;
        int? layer = hop.Position == 0 ? null : request.Order![hop.Position - 1];
        return hops.Any(before => before.To == hop.From && before.ComputeEnd <= hop.Sent && before.Layer is { } executed
            && ((executed == layer && before.Position == hop.Position - 1) || (HandsOn(request, executed) && before.Position == hop.Position))
            && Leads(before, request, hops));
    }

    /// <summary>Whether a layer may have computed and handed its input on: the guard against what is no number counts it as skipped.</summary>
    private bool HandsOn(RequestRecord request, int layer) => spec.Network.NanGuard && request.Skipped!.Contains(layer);

    private void Ledger()
    {
        trial.Ledger.Select(entry => entry.Time).ShouldBeInOrder();
        HashSet<string> idle = [.. trial.Ledger.Where(e => e.Effect is "never_began" or "touched_nothing").Select(e => e.Fault)];
        if (trial.Ledger.FirstOrDefault(e => idle.Contains(e.Fault) && (e.Effect == "restarted" || (e.Effect == "began" && (e.Kind is "crash" or "pause"))))
            is { } touched)
            Assert.Fail($"{touched} touched something");
        foreach (IGrouping<string, LedgerEntry> node in trial.Ledger
            .Where(e => e.Kind == "crash" && e.Effect is not ("never_began" or "touched_nothing")).GroupBy(e => e.Target))
        {
            bool down = false;
            int deaths = 0, detected = 0;
            foreach (LedgerEntry entry in node)
            {
                if (entry.Effect switch
                {
                    "began" => down,
                    "already_down" or "still_down" or "restarted" => !down,
                    "detected_down" => ++detected > deaths,
                    _ => true
                })
                    Assert.Fail($"{entry} in {string.Join('\n', node)}");
                (down, deaths) = entry.Effect switch { "began" => (true, deaths + 1), "restarted" => (false, deaths), _ => (down, deaths) };
            }

            if (spec.Routing.Detection is { } delay)
                detected.ShouldBeGreaterThanOrEqualTo(Pauses || spec.Faults.OfType<CrashFault>().Count() > 1 ? 0
                    : node.Count(e => e.Effect == "began" && e.Time + delay < end), "the first who learns of a death writes it down");
        }
    }

    private LinkConditions Asked(LinkRecord link) =>
        spec.Network.Links.Where(l => (l.From == "all" || l.From == link.From) && (l.To == "all" || l.To == link.To))
            .Aggregate(spec.Network.Default, (conditions, exception) => conditions.With(exception.Set));

    private bool Ever(Func<LinkConditions, bool> conditions, Func<LinkPatch, bool> patch) =>
        conditions(spec.Network.Default) || spec.Network.Links.Any(link => patch(link.Set)) || spec.Faults.OfType<LinkFault>().Any(fault => patch(fault.Set));
}
