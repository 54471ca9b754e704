using CsCheck;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Results.Tests.Metrics;

public class OrderDistanceTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("4", 0)]
    [InlineData("0 1 2 3", 0)]
    [InlineData("3 2 1 0", 1)]
    [InlineData("7 3", 1)]
    [InlineData("1 0 2 3", 1 / 6.0)]
    [InlineData("0 5 2 9", 1 / 6.0)]
    public void Distance_is_the_share_of_pairs_the_wrong_way_round(string order, double distance) =>
        OrderDistance.ToAscending([.. order.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(CsvFormat.ParseInteger)]).ShouldBe(distance);

    [Fact]
    public void An_order_and_its_reverse_add_up_to_one() => Gen.Shuffle(Enumerable.Range(0, 9).ToArray()).Sample(order =>
        Math.Abs(OrderDistance.ToAscending(order) + OrderDistance.ToAscending([.. order.Reverse()]) - 1) < 1e-12);
}
