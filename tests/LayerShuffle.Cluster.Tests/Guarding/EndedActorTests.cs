using Akka.Actor;
using LayerShuffle.Actors.Guarding;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Actors.Trials;
using LayerShuffle.Cluster.Tests.Training;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core;
using LayerShuffle.Core.Routing;
using LayerShuffle.Simulation;

namespace LayerShuffle.Cluster.Tests.Guarding;

/// <summary>Whichever actor fails or ends, and whatever ended it: what depends on it fails at once and says which.</summary>
[Collection(AloneCollection.Name)]
public sealed class EndedActorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly HopMessage Broken = new(null!, 0, 0);

    public static TheoryData<string, string, string> Ends => new()
    {
        { "", "poison", "The root of the trial's actors has ended, which nobody asked it to." },
        { "coordinator", "poison", "The coordinator's actor has ended, which nobody asked it to." },
        { "node-2", "poison", "The actor of node-2 has ended, which nobody asked it to." },
        { "node-2/layer-1", "poison", "The actor of layer 1 on node-2 has ended, which nobody asked it to." },
        { "coordinator", "kill", "The coordinator's actor was killed." },
        { "node-2/layer-1", "kill", "The actor of layer 1 on node-2 was killed." },
        { "coordinator", "throw", "The coordinator's actor failed: Object reference not set to an instance of an object." },
        { "node-2", "throw", "The actor of node-2 failed: Object reference not set to an instance of an object." },
        { "node-2/layer-1", "throw", "The actor of layer 1 on node-2 failed: Object reference not set to an instance of an object." },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void A_trial_on_the_virtual_clock_fails_and_says_which(string actor, string how, string sentence)
    {
        using var system = new VirtualActorSystem();
        var runner = new VirtualTrialRunner(system)
        {
            Running = (actors, _) => actors.ActorSelection($"/user/trial-0/{actor}".TrimEnd('/')).Tell(how switch
            {
                "poison" => PoisonPill.Instance,
                "kill" => Kill.Instance,
                _ => actor.Contains("layer", StringComparison.Ordinal) ? new ExecuteLayer(Broken, default, 1) : Broken,
            }),
        };
        var exception = Should.Throw<InvalidOperationException>(() => Run(runner));
        exception.Message.ShouldBe($"Trial 0: {sentence}");
        exception.InnerException.ShouldBeOfType<ActorEndedException>();

        Run(new VirtualTrialRunner(system) { Observe = trace => trace }).Requests.Count.ShouldBe(20, "the next trial of the same system is whole");

        static LayerShuffle.Core.Records.TrialRecord Run(VirtualTrialRunner runner) => runner.Run(
            TrialBuilder.Spec(TrialBuilder.Link(5), new RoutingSpec()), new SizesOnlyModel(TrialBuilder.Layers, TrialBuilder.Tokens, TrialBuilder.Hidden),
                1000);
    }

    [Theory]
    [InlineData("", "The root of the training's actors has ended")]
    [InlineData("/coordinator", "The training coordinator's actor has ended")]
    [InlineData("/layer-1", "The training actor of layer 1 has ended")]
    public async Task A_training_on_the_virtual_clock_fails_and_says_which(string actor, string sentence)
    {
        await using var bench = Bench();
        Should.Throw<InvalidOperationException>(() => bench.TrainVirtually(stepDone: (done, _) =>
        {
            if (done == 3)
                bench.VirtualSystem.ActorSelection($"/user/training-*{actor}").Tell(PoisonPill.Instance);
        })).Message.ShouldBe($"Training of model, step 3: {sentence}, which nobody asked it to.");
    }

    [Theory]
    [InlineData("", "The root of the training's actors has ended")]
    [InlineData("/coordinator", "The training coordinator's actor has ended")]
    public async Task A_training_over_a_cluster_fails_within_the_step_and_says_which(string actor, string sentence)
    {
        await using var bench = Bench();
        var exception = await Should.ThrowAsync<InvalidOperationException>(() => bench.TrainAsync(stepDone: (done, _) =>
        {
            if (done == 3)
                bench.System.ActorSelection($"/user/training-*{actor}").Tell(PoisonPill.Instance);
        })); // a step may take ten minutes: nothing but the end of the actor ends this one
        exception.Message.ShouldBe($"Training of model: {sentence}, which nobody asked it to.");
    }

    [Fact]
    public async Task A_cluster_that_cannot_go_on_ends_its_training_with_its_sentence()
    {
        await using var bench = Bench();
        var exception = await Should.ThrowAsync<ClusterException>(() => bench.TrainAsync(stepDone: (done, _) =>
        {
            if (done == 3)
                bench.Cluster.Fail(new ClusterException("node-1: The training actor of layer 0 failed: no memory."));
        }));
        exception.Message.ShouldBe("Training of model: node-1: The training actor of layer 0 failed: no memory.");
    }

    [Fact]
    public async Task The_end_of_a_system_that_the_cluster_has_downed_is_no_death_of_its_actors()
    {
        var told = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var system = ActorSystem.Create("downed", "akka { loggers = [], stdout-loglevel = OFF, loglevel = OFF }");
        using var guard = new ActorGuard(system, ended => told.Enqueue(ended.Message));
        guard.Watch(system.ActorOf(Props.Create(() => new Fragile(false))), "An actor");
        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClusterDowningReason.Instance);
        await system.WhenTerminated;
        told.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("poison", "The inbox of this process has ended, which nobody asked it to.")]
    [InlineData("kill", "The inbox of this process has ended, which nobody asked it to.")]
    [InlineData("throw", "The inbox of this process failed: String: boom")]
    [InlineData("dispose", null)]
    public async Task A_process_of_a_cluster_says_that_its_inbox_is_gone(string how, string? sentence)
    {
        var failed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        ClusterProcess process = await ClusterProcess.StartAsync(
            new ProcessOptions
            {
                Endpoint = 0,
                Incarnation = 1,
                Token = 7,
                Listen = System.Net.IPAddress.Loopback,
                Host = "127.0.0.1",
                Identity = Security.Identities.Of("a run"u8),
                LocalOnly = true,
                Failed = reason => failed.TrySetResult(reason),
            },
            message => throw new InvalidOperationException((string)message),
            frame => frame.Dispose());
        await using (process)
        {
            if (how != "dispose")
                process.Inbox.Tell(how switch { "poison" => PoisonPill.Instance, "kill" => Kill.Instance, _ => "boom" });
            if (sentence is not null)
                (await failed.Task.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBe(sentence);
        }

        if (sentence is null)
            failed.Task.IsCompleted.ShouldBeFalse("its owner has ended it");
    }

    [Theory]
    [InlineData("throw", "The coordinator's actor failed: boom")]
    [InlineData("unborn", "The coordinator's actor failed: stillborn")]
    [InlineData("poison", "The coordinator's actor has ended, which nobody asked it to.")]
    [InlineData("root", "The root of the trial's actors has ended, which nobody asked it to.")]
    [InlineData("guard", "The watch over the actors has ended, which nobody asked it to.")]
    public async Task A_trial_on_the_wall_clock_learns_of_the_end_of_its_actor(string how, string sentence)
    {
        using ActorSystem system = ActorSystem.Create("guarded", "akka { loggers = [], stdout-loglevel = OFF, loglevel = OFF }");
        var ended = new TaskCompletionSource<ActorEndedException>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var guard = new ActorGuard(system, what => ended.TrySetResult(what));
        IActorRef root = system.ActorOf(
            TrialActor.Props(new TrialMember("endpoint", Props.Create(() => new Fragile(how == "unborn")), "The coordinator's actor"), guard), "root");
        if (how != "unborn")
            await root.Ask<ActorIdentity>(new Identify(null), Patience); // its child exists now
        if (how == "throw")
            root.Tell("boom");
        else if (how == "root")
            root.Tell(PoisonPill.Instance);
        else if (how is "poison" or "guard")
            system.ActorSelection(how == "guard" ? "/user/$*" : $"/user/root/endpoint").Tell(PoisonPill.Instance);

        (await ended.Task.WaitAsync(Patience, TestContext.Current.CancellationToken)).Message.ShouldBe(sentence);
        await system.Terminate().WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Who_is_released_and_what_ends_after_the_guard_is_no_event()
    {
        using ActorSystem system = ActorSystem.Create("guarded", "akka { loggers = [], stdout-loglevel = OFF, loglevel = OFF }");
        var ended = new TaskCompletionSource<ActorEndedException>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var guard = new ActorGuard(system, what => ended.TrySetResult(what));
        IActorRef[] actors = [.. Enumerable.Range(0, 3).Select(_ => system.ActorOf(Props.Create(() => new Fragile(false))))];
        for (int i = 0; i < actors.Length; i++)
            guard.Watch(actors[i], $"Actor {i}");
        guard.Release(actors[0]);
        await actors[0].GracefulStop(Patience);
        actors[1].Tell(PoisonPill.Instance);
        (await ended.Task.WaitAsync(Patience, TestContext.Current.CancellationToken)).Message.ShouldStartWith("Actor 1 has ended");
        guard.Dispose();
        await system.Terminate().WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    private static ClusterTrainingBench Bench() => new(
        TinyModels.Config(layers: 4), new TrainingOptions { Epochs = 3, BatchSize = 16 },
            timeouts: new ClusterTrainerOptions { Threads = 1, StepTimeout = TimeSpan.FromMinutes(10), AnswerTimeout = TimeSpan.FromSeconds(5) });

    private sealed class Fragile : ReceiveActor
    {
        public Fragile(bool unborn)
        {
            if (unborn)
                throw new InvalidOperationException("stillborn");
            Receive<string>(text => throw new InvalidOperationException(text));
        }
    }
}
