using LayerShuffle.Cluster.Managers;
using LayerShuffle.Cluster.Membership;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;
using LayerShuffle.Simulation;

namespace LayerShuffle.Cluster.Tests.Managers;

/// <summary>
/// One random history of a cluster under a trial: nodes join, leave, lose their supervisors, are taken over; workers die, die while they start, come late or
/// never; faults kill, restart and stop them, others take over their layers; commands, confirmations, news and hellos take any time and overtake one another.
/// </summary>
internal sealed class History
{
    private const int Layers = 6;
    private const double Length = 20; // seconds, in which things happen
    private readonly RandomStream luck;
    private readonly SimulatedCluster cluster;
    private readonly SimulatedTrial trial;
    private readonly List<string> deeds = [];
    private bool calm;

    public History(VirtualActorSystem world, int seed, bool plant = false)
    {
        luck = SeedTree.Root(seed).Child("history").Stream();
        bool mayBeAway = luck.Next(2) == 0, respawn = luck.Next(4) > 0, local = !mayBeAway && luck.Next(2) == 0;
        int nodes = 2 + luck.Next(3);
        cluster = new SimulatedCluster(world, nodes, setting => setting with { MayBeAway = mayBeAway, Respawn = respawn }, Manners(local, plant));
        List<FaultSpec> faults = [];
        for (int i = luck.Next(4); i > 0; i--)
            faults.Add(Fault($"fault-{i}", nodes));
        trial = new SimulatedTrial(world, cluster, Layers, faults, () => Upto(1500));
    }

    /// <summary>Whether the trial never began, since nobody could host what an absent node should.</summary>
    public bool IsRefused => trial.Refused is not null;

    /// <summary>What was wrong, with all that happened; null: nothing.</summary>
    public string? Run()
    {
        try
        {
            Live();
            string? wrong = Judge();
            return wrong is null ? null : $"{wrong}\n{Account()}";
        }
        catch (InvalidOperationException exception)
        {
            return $"{exception.Message}\n{Account()}";
        }
        finally
        {
            trial.Stop();
            cluster.Stop();
        }
    }

    /// <summary>All that was told and written: the same for the same seed.</summary>
    public string Account() => string.Join('\n', [$"may be away {cluster.Setting.MayBeAway}, respawn {cluster.Setting.Respawn}, local {cluster.Manners.Local}",
        $"refused: {trial.Refused ?? "no"}",
        .. deeds, "- told", .. cluster.Told, "- said", .. cluster.Lines, "- ledger", .. trial.Ledger.Rows().Select(Line)]);

    private void Live()
    {
        int places = cluster.Setting.MayBeAway ? 1 + luck.Next(cluster.Nodes.Count) : cluster.Nodes.Count;
        calm = true;
        cluster.Begin(places);
        calm = false;
        trial.Begin();
        for (int i = 1 + luck.Next(11); i > 0; i--)
            cluster.After(Upto(Length * 1000), Happen);
        cluster.Run(Length);
        calm = true;
        cluster.Run(Length);
        if (!cluster.Setting.MayBeAway)
        {
            foreach (SimulatedNode node in cluster.Nodes.Where(node => node.Session == 0))
                Do($"join {node.Endpoint}", () => cluster.Join(node.Endpoint));
        }

        cluster.Run(400); // longer than any patience
        trial.End();
        cluster.Run(120);
    }

    private void Happen()
    {
        int endpoint = 1 + luck.Next(cluster.Nodes.Count);
        SimulatedNode node = cluster[endpoint];
        switch (luck.Next(8))
        {
            case 0 or 1:
                Do($"die {endpoint}", () => cluster.Die(endpoint));
                break;
            case 2:
                Do($"lose {endpoint}", () => cluster.Leave(endpoint));
                break;
            case 3 or 4 when node.Session == 0:
                Do($"join {endpoint}", () => cluster.Join(endpoint));
                break;
            case 3:
                Do($"take over {endpoint}", () => cluster.Join(endpoint));
                break;
            case 4 or 5:
                Do($"ask to leave {endpoint}", () => cluster.AskToLeave(endpoint));
                break;
            case 6:
                string word = luck.Next(2) == 0 ? MembershipWatch.Unreachable : MembershipWatch.Removed;
                Do($"find {endpoint} {word}", () => cluster.Find(endpoint, word));
                break;
            default:
                if (cluster.Setting.MayBeAway)
                    Do($"cut off {endpoint}", () => node.IsCutOff = true);
                else
                    Do($"die {endpoint}", () => cluster.Die(endpoint));
                break;
        }
    }

    private void Do(string deed, Action action)
    {
        deeds.Add($"{cluster.Kernel.Now.TotalSeconds:0.000} {deed}");
        action();
    }

    private FaultSpec Fault(string name, int nodes)
    {
        NodeSelector who = NodeSelector.Of($"node-{1 + luck.Next(nodes)}");
        Duration at = Duration.FromSeconds(1) + Upto(Length * 900);
        Duration? lasts = luck.Next(4) == 0 ? null : Upto(6000);
        return luck.Next(3) == 0 ? new PauseFault(name, at, who, lasts) : new CrashFault(name, at, who, lasts);
    }

    private SimulatedManners Manners(bool local, bool plant)
    {
        int most = luck.Next(3) switch { 0 => 1, 1 => 50, _ => 800 };
        Duration Draw() => calm ? Duration.FromMilliseconds(1) : Upto(most);
        return new SimulatedManners
        {
            Order = Draw,
            Confirmation = Draw,
            Event = Draw,
            Hello = Draw,
            Probe = Draw,
            Start = () => calm ? Duration.FromMilliseconds(50) : Upto(3000),
            Fates = () => calm ? Fate.Up : luck.Next(12) switch
            {
                0 => Fate.DiesEarly,
                1 => Fate.DiesGreeting,
                2 => Fate.CannotStart,
                3 when luck.Next(3) == 0 => Fate.Hangs,
                4 when luck.Next(3) == 0 => Fate.Lacks,
                _ => Fate.Up,
            },
            Local = local,
            TellsDeathsEarly = plant,
        };
    }

    private Duration Upto(double milliseconds) => Duration.FromMilliseconds(Math.Round(luck.NextDouble() * milliseconds, 3));

    private string? Judge()
    {
        if (cluster.Told.Find(told => told.StartsWith("failed", StringComparison.Ordinal)) is { } failed)
            return failed;
        if (cluster.Asked.Concat(trial.Asked).FirstOrDefault(asked => !asked.IsHere) is { } waiting)
            return $"waits for ever: {waiting.Question}";
        foreach (SimulatedNode node in cluster.Nodes)
        {
            if (Misjudged(node) is { } misjudged)
                return $"{node.Name}: {misjudged}, but is {cluster.Board[node.Endpoint]}";
        }

        if (trial.Refused is not null)
            return null; // it never began: its layers are nobody's
        for (int layer = 0; layer < Layers; layer++)
        {
            if (!cluster.Serving.ContainsKey(trial.HostOf(layer)) && !IsNamed(trial.HostOf(layer)))
                return $"layer {layer} is on node-{trial.HostOf(layer)}, which does not serve, and nothing is said of that";
        }

        return Unwritten();
    }

    /// <summary>What the managers believe of a node that is not so.</summary>
    private string? Misjudged(SimulatedNode node)
    {
        NodeView view = cluster.Board[node.Endpoint];
        bool lives = node.Worker is { Lives: true };
        if (view.Phase == NodePhase.Absent != (node.Session == 0))
            return "it is there, or not";
        if (view.Address is not null && (!lives || view.Address != node.Worker!.Address))
            return "its worker is dead";
        if (cluster.Serving.TryGetValue(node.Endpoint, out Messages.PeerAddress? serves) && serves != view.Address)
            return "the dead serve";
        return lives && view.Address is null ? "its worker lives, and nobody knows" : null;
    }

    /// <summary>Whether the ledger's last word about a node is that it is away, or it wants to leave and no other has joined since.</summary>
    private bool IsNamed(int node)
    {
        string name = trial.Topology.Name(node);
        LedgerEntry[] rows = [.. trial.Ledger.Rows().Where(row => row.Target == name && row.Kind is "crash" or "process" or "placement")];
        int left = cluster.Told.LastIndexOf($"leaves {node}");
        if (left > cluster.Told.FindLastIndex(told => told.StartsWith($"arrived {node}/", StringComparison.Ordinal)) && rows.Any(row => row.Effect == "leaves"))
            return true;
        return rows.LastOrDefault() is { } last && last.Effect is not (FaultEffects.Restarted or "respawned" or "joined")
            && !last.Effect.StartsWith("rehosted", StringComparison.Ordinal);
    }

    /// <summary>What has happened and is not in the ledger.</summary>
    private string? Unwritten()
    {
        IReadOnlyList<LedgerEntry> rows = trial.Ledger.Rows();
        foreach (FaultEvent strike in trial.Timeline)
        {
            int written = rows.Count(row => row.Fault == strike.Fault.Name && row.Effect != FaultEffects.DetectedDown);
            int expected = trial.Timeline.Count(other => other.Fault == strike.Fault);
            int reasons = rows.Count(row => row.Target == trial.Topology.Name(strike.Targets[0]) && IsReason(row)); // of commands that failed
            if (written > expected || written + reasons < expected)
                return $"{strike.Fault.Name} has {written} rows instead of {expected}";
        }

        foreach (string name in cluster.Nodes.Select(node => node.Name))
        {
            string[] words = [.. rows.Where(row => row.Target == name).Select(row => row.Effect).Where(word => word is "leaves" or "joined")];
            int joined = cluster.Told.Count(told => told.StartsWith($"arrived {name[5..]}/", StringComparison.Ordinal));
            int left = cluster.Told.FindLastIndex(told => told == $"leaves {name[5..]}");
            if (left > cluster.Told.FindLastIndex(told => told.StartsWith($"arrived {name[5..]}/", StringComparison.Ordinal)) && words is [.., "joined"])
                return $"{name} has left, and the ledger's last word is that it has joined";
            if (words.Count(word => word == "joined") > joined)
                return $"{name} has joined {joined} times, and there are more rows";
        }

        int died = rows.Count(row => row.Effect.StartsWith("died", StringComparison.Ordinal));
        return died == trial.Deaths ? null : $"{trial.Deaths} deaths and {died} rows";
    }

    private static bool IsReason(LedgerEntry row) => row.Kind == "process" && row.Effect is not ("leaves" or "joined" or "respawned" or "absent")
        && !row.Effect.StartsWith("died", StringComparison.Ordinal);

    private static string Line(LedgerEntry row) => $"{row.Time.TotalSeconds:0.000} {row.Fault} {row.Kind} {row.Target} {row.Effect}";
}
