using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Routing;

public sealed class RoutePlannerTests
{
    [Fact]
    public void Sequential_is_ascending()
    {
        PlannedRoute route = new RoutePlanner(new(), 4, Seed).Plan(9);
        route.Order.ShouldBe([0, 1, 2, 3]);
        route.Pruned.ShouldBeEmpty();
    }

    [Fact]
    public void Arbitrary_orders_are_equally_likely()
    {
        var planner = new RoutePlanner(new() { Order = OrderKind.Arbitrary }, 4, Seed);
        var counts = new Dictionary<string, int>();
        for (int request = 0; request < 24_000; request++)
        {
            string order = string.Join(' ', planner.Plan(request).Order);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }
        counts.Count.ShouldBe(24);
        counts.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => item.Value).ToArray().ShouldBeEquallyLikely();
    }

    [Fact]
    public void An_arbitrary_order_depends_on_seed_repeat_and_request_alone()
    {
        var plain = new RoutePlanner(new() { Order = OrderKind.Arbitrary }, 8, Seed);
        var pruning = new RoutePlanner(new() { Order = OrderKind.Arbitrary, Retries = 9, Prune = Random(3) }, 8, Seed);
        foreach (int request in (int[])[5, 0, 3, 5])
        {
            PlannedRoute pruned = pruning.Plan(request);
            pruned.Order.ShouldBe(plain.Plan(request).Order.Except(pruned.Pruned));
            pruned.Pruned.Length.ShouldBe(3);
            pruned.Pruned.ShouldBe(pruned.Pruned.Order());
        }
        new RoutePlanner(new() { Order = OrderKind.Arbitrary }, 8, SeedTree.Root(7).Child(1)).Plan(0).Order.ShouldNotBe(plain.Plan(0).Order);
    }

    [Fact]
    public void Pinned_layers_keep_their_place_and_the_others_the_order_that_is_drawn_without_pins()
    {
        var plain = new RoutePlanner(new() { Order = OrderKind.Arbitrary }, 8, Seed);
        var pinned = new RoutePlanner(new() { Order = OrderKind.Arbitrary, Pin = new(2, 1) }, 8, Seed);
        for (int request = 0; request < 50; request++)
            pinned.Plan(request).Order.ShouldBe([0, 1, .. plain.Plan(request).Order.Except([0, 1, 7]), 7]);
        Should.Throw<ArgumentException>(() => new RoutePlanner(new() { Pin = new(5, 4) }, 8, Seed)).Message.ShouldContain("9 layers");
    }

    [Fact]
    public void Layers_that_an_explicit_order_leaves_out_are_pruned()
    {
        PlannedRoute route = new RoutePlanner(new() { Order = OrderKind.Explicit, ExplicitOrder = [3, 0, 2] }, 5, Seed).Plan(0);
        route.Order.ShouldBe([3, 0, 2]);
        route.Pruned.ShouldBe([1, 4]);
    }

    [Theory]
    [InlineData(PruneChoice.First, new[] { 2, 3, 4 })]
    [InlineData(PruneChoice.Last, new[] { 0, 1, 2 })]
    [InlineData(PruneChoice.Explicit, new[] { 0, 2, 4 })]
    public void Pruning_takes_the_layers_chosen(PruneChoice choose, int[] left)
    {
        PlannedRoute route = new RoutePlanner(new() { Prune = new(2, choose, [3, 1], false) }, 5, Seed).Plan(0);
        route.Order.ShouldBe(left);
        route.Pruned.ShouldBe(Enumerable.Range(0, 5).Except(left));
    }

    [Fact]
    public void Random_pruning_is_even_and_drawn_per_request_or_per_trial()
    {
        var perRequest = new RoutePlanner(new() { Prune = Random(1) }, 5, Seed);
        var counts = new int[5];
        for (int request = 0; request < 5_000; request++)
            counts[perRequest.Plan(request).Pruned[0]]++;
        counts.ShouldBeEquallyLikely();
        var perTrial = new RoutePlanner(new() { Prune = Random(2) with { PerTrial = true } }, 8, Seed);
        Enumerable.Range(0, 50).Select(request => string.Join(' ', perTrial.Plan(request).Pruned)).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void What_is_pruned_of_few_is_pruned_of_more()
    {
        for (int request = 0; request < 50; request++)
            Pruned(2, request).ShouldBeSubsetOf(Pruned(4, request));

        static int[] Pruned(int layers, int request) => new RoutePlanner(new() { Prune = Random(layers) }, 8, Seed).Plan(request).Pruned;
    }

    [Fact]
    public void Impossible_routes_are_refused_in_a_sentence()
    {
        Should.Throw<ArgumentException>(() => new RoutePlanner(new() { Order = OrderKind.Explicit, ExplicitOrder = [0, 0] }, 2,
            Seed)).Message.ShouldContain("twice");
        Should.Throw<ArgumentException>(() => new RoutePlanner(new() { Order = OrderKind.Explicit, ExplicitOrder = [2] }, 2,
            Seed)).Message.ShouldContain("layer 2");
        Should.Throw<ArgumentException>(() => new RoutePlanner(new() { Prune = Random(3) }, 2, Seed)).Message.ShouldContain("3 layers");
    }

    private static PruneSpec Random(int layers) => new(layers, PruneChoice.Random, null, false);
}
