using System.Globalization;
using System.Text;
using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Page;
using LayerShuffle.Report.Reading;
using LayerShuffle.Report.Replays;
using Microsoft.Playwright;

namespace LayerShuffle.Report.Tests.Page;

/// <summary>
/// A thousand requests are played smoothly: what a frame does depends on what is on its way in that instant, and not on how much there is in all. Work is
/// counted; times are told for people, and judge nothing.
/// </summary>
public sealed class ReplayWorkTests(Chromium chromium) : IDisposable
{
    private const int Requests = 1000, Layers = 8, Pace = 10, Frames = 240;

    private readonly List<string> complaints = [];
    private readonly Scratch folder = new();

    [Fact]
    public async Task A_frame_looks_only_at_what_is_on_its_way()
    {
        IPage page = await chromium.OpenFile(Write(), 1400, ColorScheme.Light, complaints);
        (await page.EvaluateAsync<int>("layerShuffleReplay.trial.hops.s.length")).ShouldBe(Requests * Layers);
        int[] counts = await page.EvaluateAsync<int[]>(Seeks);
        TestContext.Current.TestOutputHelper!.WriteLine("hops in {0} frames: {1} on their way at most, {2} looked at at most", Frames, counts[0], counts[1]);
        counts[0].ShouldBeGreaterThan(0);
        // Ten requests are under way at a time, each on one hop or in one layer; one that was lost stays in view as long as a usual hop.
        counts[1].ShouldBeLessThanOrEqualTo(60);
        counts[2].ShouldBe(0, "elements that playing has made");
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_plays_in_the_browsers_own_frames()
    {
        IPage page = await chromium.OpenFile(Write(), 1400, ColorScheme.Light, complaints);
        await page.Locator("#speed").SelectOptionAsync("2");
        await page.Locator("#play").ClickAsync();
        double[] told = await page.EvaluateAsync<double[]>(Watches);
        TestContext.Current.TestOutputHelper!.WriteLine("{0} frames: {1:0.0} ms between two in the middle, {2:0.0} ms in 95%; {3:0.00} ms of script "
            + "for one, {4:0.00} ms in 95%", told[0], told[1], told[2], told[3], told[4]);
        told[0].ShouldBe(told[5], "each frame is drawn once, and none without a frame");
        complaints.ShouldBeEmpty();
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Goes through the trial: the most hops that were drawn, and looked at, in a frame, and how many elements came or went.</summary>
    private const string Seeks = """
        () => {
          const replay = layerShuffleReplay, before = document.querySelectorAll('*').length;
          let flying = 0, looked = 0;
          for (let i = 0; i < 240; i++) {
            replay.seek((i + .5) / 240 * replay.trial.end);
            flying = Math.max(flying, replay.work.flying);
            looked = Math.max(looked, replay.work.looked);
          }
          return [flying, looked, document.querySelectorAll('*').length - before];
        }
        """;

    /// <summary>Frames while it plays: how many, the time between two (median, 95%), the time that drawing takes (likewise), and how often it drew.</summary>
    private const string Watches = """
        () => new Promise(tell => {
          const replay = layerShuffleReplay, draw = replay.draw.bind(replay), gaps = [], takes = [];
          let last, draws = 0;
          replay.draw = () => { const began = performance.now(); draw(); takes.push(performance.now() - began); draws++; };
          const at = (values, share) => values.sort((a, b) => a - b)[Math.floor(share * (values.length - 1))];
          let frames = 0;
          const watch = now => {
            if (last !== undefined) gaps.push(now - last);
            last = now;
            if (frames === 60) { replay.play(false); tell([frames, at(gaps, .5), at(gaps, .95), at(takes, .5), at(takes, .95), draws]); }
            else { frames++; requestAnimationFrame(watch); }
          };
          requestAnimationFrame(now => { draws = 0; takes.length = 0; watch(now); });
        })
        """;

    private string Write()
    {
        const string key = "0,none,0,default,busy,0";
        const string first = "trial,model,training_seed,policy,condition,repeat";
        folder.Write("scenario.yaml", "name: thousand\n");
        folder.Write("conditions.csv", $"{first},scenario,seed,base_condition,requests,completed,failed,images,bytes_sent,duration_s\n"
            + $"{key},thousand,1,busy,{Requests},{Requests},0,{Requests},1000,{Requests * Pace / 1000}\n");
        StringBuilder requests = new($"{first},request,first_image,images,correct,correct_top5,outcome,submitted_ms,latency_ms,order,skipped,retries\n"),
            hops = new($"{first},request,branch,position,attempt,from,to,layer,sent_ms,delivered_ms,acked_ms,compute_start_ms,compute_end_ms,fate\n");
        for (int i = 0; i < Requests; i++)
        {
            int start = i * Pace;
            requests.Append(CultureInfo.InvariantCulture, $"{key},{i},{i},1,,,completed,{start},{10 * Pace},0 1 2,,0\n");
            for (int p = 0; p < Layers; p++)
            {
                int sent = start + (12 * p);
                string from = p == 0 ? "coordinator" : $"node-{1 + ((i + p) % 6)}", to = $"node-{1 + ((i + p + 1) % 6)}";
                bool stuck = i == 0 && p == 7; // one that waits for its node until the end must not make every frame look at everything
                hops.Append(CultureInfo.InvariantCulture, $"{key},{i},0,{p},0,{from},{to},{p},{sent},{sent + 9},{sent + 9},")
                    .Append(CultureInfo.InvariantCulture, $"{(stuck ? Requests * Pace : sent + 9)},{(stuck ? (Requests * Pace) + 3 : sent + 12)},delivered\n");
            }
        }

        folder.Write("requests.csv", requests.ToString());
        folder.Write("hops.csv", hops.ToString());
        RunFolder run = FolderReader.Read(folder.Folder);
        IReadOnlyList<ReplayTrial> trials = ReplayReader.Read(run);
        return folder.Write("report.html", PageWriter.Write(new PageBuilder(run, FigureBook.Of(run), trials).Build(), trials));
    }
}
