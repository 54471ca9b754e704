using CsCheck;
using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Core.Tests.Clusters;

public sealed class RehostingTests
{
    private const long Layer = 1000;

    [Fact]
    public void Who_has_most_capacity_for_each_of_its_layers_is_next()
    {
        // 4/2, 4/3 beat 1/1; then 4/4 = 1/1: the earlier.
        RehostingPlan plan = Rehosting.Choose([5, 6, 7, 8], [new Survivor(1, 4, null, [0]), new Survivor(3, 1, null, [])], Layer);
        plan.Moves.ShouldBe([(5, 1), (6, 1), (7, 1), (8, 3)]);
        plan.Orphans.ShouldBeEmpty();
    }

    [Fact]
    public void Equal_survivors_take_turns() => Rehosting.Choose([1, 5, 9], [new Survivor(1, 1, null, [0]), new Survivor(3, 1, null, [2])],
        null).Moves.ShouldBe([(1, 1), (5, 3), (9, 1)]);

    [Fact]
    public void What_has_no_room_stays_without_a_host()
    {
        RehostingPlan plan = Rehosting.Choose([1, 4], [new Survivor(1, 1, (2 * Layer) + 1, [0, 3]), new Survivor(3, 1, 2 * Layer, [2])], Layer);
        plan.Moves.ShouldBe([(1, 3)]);
        plan.Orphans.ShouldBe([4]);
        Rehosting.Choose([1, 4], [], Layer).Orphans.ShouldBe([1, 4]);
    }

    [Fact]
    public void A_copy_that_is_there_takes_over_though_its_node_is_full()
    {
        RehostingPlan plan = Rehosting.Choose([1, 4], [new Survivor(1, 9, null, [0]), new Survivor(3, 1, Layer, [4])], Layer);
        plan.Moves.ShouldBe([(1, 1), (4, 3)]);
    }

    [Fact]
    public void In_training_a_layer_takes_four_times_its_weights() =>
        Rehosting.Choose([1], [new Survivor(1, 1, (8 * Layer) - 1, [0])], Rehosting.TrainingCost * Layer).Orphans.ShouldBe([1]);

    [Fact]
    public void Every_layer_has_one_host_or_none_and_nobody_more_than_it_holds()
    {
        var survivors = Gen.Select(Gen.Double[0.1, 20], Gen.Int[0, 6], Gen.Int[0, 4]).Array[0, 6];
        Gen.Select(survivors, Gen.Int[0, 12]).Sample((all, orphans) =>
        {
            int next = 100;
            Survivor[] left =
                [.. all.Select((each, i) => new Survivor(i + 1, each.Item1, each.Item2 * Layer, [.. Enumerable.Range(0, each.Item3).Select(_ => next++)]))];
            int[] layers = [.. Enumerable.Range(0, orphans)];
            RehostingPlan plan = Rehosting.Choose(layers, left, Layer);
            plan.Moves.Select(move => move.Layer).Concat(plan.Orphans).Order().ShouldBe(layers);
            bool room = false;
            foreach (Survivor survivor in left)
            {
                int count = plan.Moves.Count(move => move.Endpoint == survivor.Endpoint);
                if (count > 0)
                    (survivor.Hosted.Count + count).ShouldBeLessThanOrEqualTo((int)(survivor.MemoryBytes!.Value / Layer));
                room |= survivor.Hosted.Count + count < survivor.MemoryBytes!.Value / Layer;
            }

            if (plan.Orphans.Count > 0)
                room.ShouldBeFalse();
        }, iter: 2000, threads: 1);
    }
}
