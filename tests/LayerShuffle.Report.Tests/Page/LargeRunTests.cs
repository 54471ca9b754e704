using System.Globalization;
using System.Text;
using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Page;
using LayerShuffle.Report.Reading;
using LayerShuffle.Report.Replays;

namespace LayerShuffle.Report.Tests.Page;

/// <summary>A long run makes a page that can be opened.</summary>
public sealed class LargeRunTests : IDisposable
{
    private const int Requests = 100_000;

    private readonly LayerShuffle.Tests.Scratch folder = new();

    [Fact]
    public void A_hundred_thousand_requests_are_less_than_five_megabytes()
    {
        WriteRows();
        RunFolder run = FolderReader.Read(folder.Folder);
        run.Missing.ShouldBe(["run.json is not there: how the run ended, on which machine, and what was expected of it is not known."]);
        IReadOnlyList<ReplayTrial> trials = ReplayReader.Read(run);
        string page = PageWriter.Write(new PageBuilder(run, FigureBook.Of(run), trials).Build(), trials);
        Encoding.UTF8.GetByteCount(page).ShouldBeLessThan(5_000_000);
        trials.ShouldHaveSingleItem().Requests["n"].Count.ShouldBe(1000);
        trials[0].LeftOut.ShouldStartWith("1000 of 100000 requests are played");
        page.ShouldContain("1500 of 100000 requests, evenly spread");
    }

    public void Dispose() => folder.Dispose();

    private void WriteRows()
    {
        const string key = "0,none,0,default,ideal,0";
        const string first = "trial,model,training_seed,policy,condition,repeat";
        folder.Write("scenario.yaml", "name: long\n");
        folder.Write("conditions.csv", $"{first},scenario,seed,base_condition,requests,completed,failed,images,bytes_sent,duration_s\n"
            + $"{key},long,1,ideal,{Requests},{Requests},0,{Requests},1000,100\n");
        using (var requests = new StreamWriter(folder.At("requests.csv")))
        {
            requests.Write($"{first},request,first_image,images,correct,correct_top5,outcome,"
                + "submitted_ms,latency_ms,order,skipped,pruned,kendall_tau_distance,retries\n");
            for (int i = 0; i < Requests; i++)
                requests.Write(string.Create(CultureInfo.InvariantCulture, $"{key},{i},{i},1,,,completed,{i},{40 + (i % 37) + 0.125},0 1 2 3,,,0,0\n"));
        }

        using var hops = new StreamWriter(folder.At("hops.csv"));
        hops.Write($"{first},request,branch,position,attempt,from,to,layer,sent_ms,delivered_ms,acked_ms,compute_start_ms,compute_end_ms,fate\n");
        for (int i = 0; i < 2000; i++)
        {
            for (int p = 0; p < 8; p++)
                hops.Write(string.Create(CultureInfo.InvariantCulture,
                    $"{key},{i},0,{p},0,node-{p},node-{p + 1},{p},{i + (5 * p)},{i + (5 * p) + 4.5},"
                        + $"{i + (5 * p) + 9},{i + (5 * p) + 4.5},{i + (5 * p) + 5},delivered\n"));
        }
    }
}
