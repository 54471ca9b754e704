using System.Globalization;
using System.Text;
using System.Xml.Linq;
using LayerShuffle.Core.Records;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Tests.Summaries;

public class SummaryPlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_bar_is_as_long_as_its_share_and_says_it()
    {
        XElement picture = Draw(
            Trial(0, "baseline", "ideal", 2, 2, 2, 2), Trial(1, "shuffled", "ideal", 2, 2, 1, 1),
            Trial(2, "baseline", "loss", 1, 0, 0, 0), Trial(3, "shuffled", "loss", 1, 1, 1, 1));

        Dictionary<string, XElement> bars = Bars(picture);
        bars.Keys.ShouldBe(["ideal, baseline: 100.0%", "ideal, shuffled: 75.0%", "loss, baseline: 12.5%", "loss, shuffled: 50.0%"]);
        double whole = Width(bars["ideal, baseline: 100.0%"]);
        Width(bars["ideal, shuffled: 75.0%"]).ShouldBe(0.75 * whole, 0.01);
        Width(bars["loss, baseline: 12.5%"]).ShouldBe(0.125 * whole, 0.01);
        bars["ideal, baseline: 100.0%"].Attribute("fill")!.Value.ShouldBe(bars["loss, baseline: 12.5%"].Attribute("fill")!.Value);
        bars["ideal, baseline: 100.0%"].Attribute("fill")!.Value.ShouldNotBe(bars["ideal, shuffled: 75.0%"].Attribute("fill")!.Value);
        Texts(picture).ShouldContain("edge: top-1 accuracy of all images offered");
        Texts(picture).ShouldContain("75.0%");
        Texts(picture).Count(text => text == "loss").ShouldBe(1);
    }

    [Fact]
    public void Whiskers_are_the_interval_of_the_summary()
    {
        IReadOnlyList<ResultGroup> groups = Groups.Of(Trial(0, "shuffled", "ideal", [.. Enumerable.Range(0, 60).Select(i => i % 3)]));
        XElement picture = XElement.Parse(SummaryPlot.Draw("edge", groups));
        MetricSummary top1 = MetricSummary.Of(groups[0], "top1");
        XElement bar = Bars(picture).Single().Value;
        double scale = Width(bar) / top1.Mean!.Value, left = Value(bar, "x");

        XElement whisker = picture.Elements(Svg + "line").First(line => line.Attribute("stroke")!.Value == "#222222");
        Value(whisker, "x1").ShouldBe(left + (scale * top1.Ci.Low!.Value), 0.05);
        Value(whisker, "x2").ShouldBe(left + (scale * top1.Ci.High!.Value), 0.05);
    }

    [Fact]
    public void Without_a_model_the_bars_are_completion_and_policies_tell_them_apart()
    {
        var requests = new[] { Sample.Completed(0, 10), Sample.Completed(1, 10), Sample.Missed(2), Sample.Missed(3) };
        XElement picture = Draw(
            Sample.Trial(Sample.Key(0, "none", policy: "retry"), requests, hasModel: false),
                Sample.Trial(Sample.Key(1, "none", policy: "skip"), requests[..1], hasModel: false));

        Bars(picture).Keys.ShouldBe(["ideal, retry: 50.0%", "ideal, skip: 100.0%"]);
        Texts(picture).ShouldContain("edge: requests that completed");
        Texts(picture).ShouldContain("retry");
    }

    [Fact]
    public void Nothing_overlaps_or_leaves_the_picture()
    {
        XElement picture = Draw([.. Enumerable.Range(0, 30).Select(i => Trial(i, $"model-{i % 3}", $"{new string('c', 30 + i)}", 2, 1))]);

        (double Top, double Bottom)[] rows = [.. Bars(picture).Values.Select(bar => (Value(bar, "y"), Value(bar, "y") + Value(bar, "height"))).Order()];
        rows.Zip(rows.Skip(1)).ShouldAllBe(pair => pair.First.Bottom <= pair.Second.Top);
        foreach (XElement mark in picture.Elements().Where(mark => mark.Attribute("x") is not null))
        {
            Value(mark, "x").ShouldBeInRange(0, Value(picture, "width"));
            Value(mark, "y").ShouldBeInRange(0, Value(picture, "height"));
        }
    }

    [Fact]
    public void Of_many_conditions_the_first_are_drawn_and_the_others_counted()
    {
        XElement picture = Draw([.. Enumerable.Range(0, SummaryPlot.MostConditions + 7).Select(i => Trial(i, "m", $"c-{i}", 2))]);
        Bars(picture).Count.ShouldBe(SummaryPlot.MostConditions);
        Texts(picture).ShouldContain("and 7 more conditions in summary.csv");
    }

    [Theory]
    [InlineData("a<b&\"c\"]]>")]
    [InlineData("tab\tand \u0001 and \U0001F600")]
    public void Any_name_gives_a_picture_that_can_be_read(string condition) => Bars(Draw(Trial(0, "m", condition, 2))).Count.ShouldBe(1);

    [Fact]
    public void A_run_without_trials_has_an_empty_picture() => Bars(XElement.Parse(SummaryPlot.Draw("edge", []))).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Cultures.Names), MemberType = typeof(Cultures))]
    public void It_is_the_same_in_every_culture(string culture)
    {
        string Picture() => SummaryPlot.Draw("edge", Groups.Of(Trial(0, "m", "ideal", 2, 1, 1)));
        Cultures.Under(culture, Picture).ShouldBe(Picture());
    }

    [Fact]
    public void A_run_writes_it_beside_its_summary()
    {
        using var directory = new TemporaryDirectory();
        TrialRecord trial = Trial(0, "m", "ideal", 2, 1);
        using (var writer = new ResultsWriter(directory.Path, 0, "edge", []))
        {
            writer.WriteTrial(trial, new Dictionary<string, string>());
            writer.WriteSummary();
        }
        File.ReadAllText(directory.File("summary.svg"), Encoding.UTF8).ShouldBe(SummaryPlot.Draw("edge", Groups.Of(trial)));
    }

    private static TrialRecord Trial(int number, string model, string condition, params int[] correct) =>
        Sample.Scored(Sample.Key(number, model, condition: condition), correct);

    private static XElement Draw(params TrialRecord[] trials) => XElement.Parse(SummaryPlot.Draw("edge", Groups.Of(trials)));

    /// <summary>The bars by what they say when pointed at.</summary>
    private static Dictionary<string, XElement> Bars(XElement picture) =>
        picture.Elements(Svg + "rect").Where(bar => bar.Element(Svg + "title") is not null).ToDictionary(bar => bar.Element(Svg + "title")!.Value);

    private static string[] Texts(XElement picture) => [.. picture.Elements(Svg + "text").Select(text => text.Nodes().OfType<XText>().First().Value)];

    private static double Width(XElement bar) => Value(bar, "width");

    private static double Value(XElement mark, string attribute) => double.Parse(mark.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
