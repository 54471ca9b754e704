using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Workloads;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Workloads;

public sealed class ImageScheduleTests
{
    [Fact]
    public void By_default_every_image_is_asked_for_once_and_the_last_request_is_smaller()
    {
        var schedule = new ImageSchedule(Workload(null, 8), 20, Seed);
        schedule.RequestCount.ShouldBe(3);
        schedule.MoreThanOnePass.ShouldBeFalse();
        int[][] requests = [.. Enumerable.Range(0, 3).Select(schedule.Images)];
        requests.Select(images => images.Length).ShouldBe([8, 8, 4]);
        int[] all = [.. requests.SelectMany(images => images)];
        all.Order().ShouldBe(Enumerable.Range(0, 20));
        all.ShouldNotBe(Enumerable.Range(0, 20));
        Should.Throw<ArgumentOutOfRangeException>(() => schedule.Images(3));
    }

    [Fact]
    public void More_than_a_pass_begins_again()
    {
        var schedule = new ImageSchedule(Workload(6, 8), 20, Seed);
        schedule.MoreThanOnePass.ShouldBeTrue();
        int[] all = [.. Enumerable.Range(0, 6).SelectMany(schedule.Images)];
        all.Length.ShouldBe(48);
        all[20..40].ShouldBe(all[..20]);
        all[40..].ShouldBe(all[..8]);
    }

    [Fact]
    public void The_permutation_is_one_for_a_repeat()
    {
        int[] images = new ImageSchedule(Workload(1, 50), 50, Seed).Images(0);
        new ImageSchedule(Workload(10, 5), 50, Seed).Images(0).ShouldBe(images[..5]);
        new ImageSchedule(Workload(1, 50), 50, SeedTree.Root(7).Child(1)).Images(0).ShouldNotBe(images);
    }

    private static WorkloadSpec Workload(int? requests, int images) => new(requests, images, new(ArrivalKind.Closed, 1, 0), Ms(1000));
}
