using System.Xml.Linq;

namespace LayerShuffle.Report.Tests;

/// <summary>Names are anybody's: they are shown, and never obeyed.</summary>
public sealed class HostileNameTests(DrawnRun run)
{
    [Fact]
    public void Markup_is_text_in_the_page()
    {
        run.Page.ShouldNotContain("<script>alert");
        run.Page.ShouldContain("<bdi>&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;</bdi>");
        run.Page.ShouldNotContain("<b>why</b>");
        run.Page.ShouldContain("&lt;b&gt;why&lt;/b&gt;");
    }

    [Fact]
    public void The_data_hold_no_markup()
    {
        string data = run.Page.Split("id=\"data\">")[1].Split("</script>")[0];
        data.ShouldNotContain('<');
        using var json = System.Text.Json.JsonDocument.Parse(data);
        json.RootElement.GetProperty("figures").GetArrayLength().ShouldBeGreaterThan(5);
        data.ShouldContain("\\u003Cscript\\u003E");
    }

    [Fact]
    public void Long_and_foreign_names_are_there_whole()
    {
        run.Page.ShouldContain($"<bdi>{DrawnRun.Long}</bdi>");
        run.Page.ShouldContain($"<bdi>{DrawnRun.Right}[network.loss=2.5%]</bdi>");
    }

    [Fact]
    public void What_turns_a_line_around_is_told_by_its_number_where_lines_are_drawn()
    {
        string data = run.Page.Split("id=\"data\">")[1].Split("</script>")[0];
        data.ShouldNotContain('\u202e');
        data.ShouldContain("\\\\u202ec");
    }

    [Fact]
    public void Every_plot_is_a_picture()
    {
        run.Outcome.Warnings.ShouldBeEmpty();
        string[] names = [.. Directory.GetFiles(Path.Combine(run.Folder, "plots"), "*.svg").Select(path => Path.GetFileNameWithoutExtension(path))];
        names.ShouldBe(["accuracy", "latency", "latency-2", "latency-3", "layers", "loss", "slide",
            "sweep-network-loss", "timeline", "tradeoff-latency", "training"], ignoreOrder: true);
        foreach (string name in names)
        {
            XElement svg = XDocument.Load(Path.Combine(run.Folder, "plots", name + ".svg")).Root!;
            svg.Attribute("viewBox").ShouldNotBeNull();
            svg.Elements().First().Value.ShouldNotBeEmpty(); // the title
            File.ReadAllBytes(Path.Combine(run.Folder, "plots", name + ".png"))[..4].ShouldBe([0x89, (byte)'P', (byte)'N', (byte)'G']);
        }
    }

    [Fact]
    public void Nothing_is_fetched_from_anywhere()
    {
        foreach (string word in (string[])["src=", "url(", "@import", "fetch(", "https://", "<link rel=\"stylesheet"])
            run.Page.Split("<main")[0].ShouldNotContain(word);
        run.Page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal).ShouldNotContain("http:");
        run.Page.ShouldNotContain("https:");
    }
}
