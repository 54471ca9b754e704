using System.Globalization;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Results.Tests.Csv;

public class ResultsWriterTests
{
    private static readonly string[] Keys = ["routing.order", "network.loss"];
    private static readonly Dictionary<string, string> Swept = new() { ["routing.order"] = "arbitrary", ["network.loss"] = "1%" };
    private const string Bracketed = "loss-5[routing.order=arbitrary,network.loss=1%]";

    private static void WriteSample(string directory)
    {
        using var writer = new ResultsWriter(directory, 7, "lossy-edge", Keys);
        writer.WriteTraining([new TrainingRecord("shuffled", 0, 1, 79, 2.25, 2.125, null, 1e-3, 0.5, 0.1)]);
        writer.WriteTrial(Sample.Trial(Sample.Key(condition: Bracketed)) with
        {
            Hops =
            [
                new HopRecord { Request = 0, Branch = 0, Position = 0, Attempt = 1, From = "coordinator", To = "node-1", Layer = 0, Sent = Sample.At(0.5),
                    Delivered = Sample.At(5.5), Fate = "delivered" },
                new HopRecord { Request = 0, Branch = 0, Position = 3, Attempt = 0, From = "node-1", To = "coordinator", Sent = Sample.At(9), Fate = "lost" },
            ],
            Ledger = [new LedgerEntry(Sample.At(1000), "outage", "crash", "node-1", "began"),
                new LedgerEntry(Sample.At(2003.5), "outage", "crash", "node-1", "restarted", Sample.At(2000), Duration.FromMilliseconds(1003))],
        }, Swept, new Dictionary<string, double> { ["network.loss"] = 0.01 });
        writer.WriteSummary();
    }

    [Fact]
    public void Every_file_has_exactly_these_bytes()
    {
        using var directory = new TemporaryDirectory();
        WriteSample(directory.Path);

        const string key = "0,shuffled,0,default,\"loss-5[routing.order=arbitrary,network.loss=1%]\",0,";
        directory.Text("conditions.csv").ShouldBe(
            "trial,model,training_seed,policy,condition,repeat,scenario,seed,routing_order,network_loss,routing_order_value,network_loss_value,"
            + "base_condition,requests,completed,failed,images,top1,top5,top1_completed,"
            + "latency_mean_ms,latency_p50_ms,latency_p95_ms,latency_p99_ms,latency_p95_all_ms,throughput_images_per_s,"
            + "layers_executed_mean,layers_skipped_mean,kendall_tau_distance_mean,"
            + "messages_sent,messages_lost,messages_duplicated,messages_corrupted,messages_reordered,retries,results_superseded,bytes_sent,duration_s,"
            + "energy_j_per_image,flops_per_image,cost_per_1000_images,goodput_images_per_s,availability,unhealed,hedges,effective_time_ratio,loss\n"
            + key + "lossy-edge,7,arbitrary,1%,,0.01,loss-5,3,2,1,6,0.5,0.6666666666666666,0.75,"
            + "15.25,15.25,19.974999999999998,20.395,902.05,40,2.5,0.5,0.5,200,46,10,4,6,7,1,2000,0.1,,,,30,0.975,,2,0.029597282872392043,0.625\n");
        directory.Text("requests.csv").ShouldBe(
            "trial,model,training_seed,policy,condition,repeat,request,first_image,images,correct,correct_top5,outcome,submitted_ms,latency_ms,"
            + "order,skipped,pruned,kendall_tau_distance,retries,warm_up,hedges,loss\n"
            + key + "0,0,2,1,2,completed,0,10,0 1 2,,,0,0,false,0,1.25\n"
            + key + "1,2,2,2,2,completed,1,20.5,2 0,1,,1,0,false,0,0\n"
            + key + "2,4,2,,,failed,2,,,,,,,false,,\n");
        directory.Text("hops.csv").ShouldBe(
            "trial,model,training_seed,policy,condition,repeat,request,branch,position,attempt,from,to,layer,"
            + "sent_ms,delivered_ms,acked_ms,compute_start_ms,compute_end_ms,fate\n"
            + key + "0,0,0,1,coordinator,node-1,0,0.5,5.5,,,,delivered\n"
            + key + "0,0,3,0,node-1,coordinator,,9,,,,,lost\n");
        directory.Text("faults.csv").ShouldBe(
            "trial,model,training_seed,policy,condition,repeat,time_ms,fault,kind,target,effect,requested_ms,lasted_ms\n"
            + key + "1000,outage,crash,node-1,began,,\n"
            + key + "2003.5,outage,crash,node-1,restarted,2000,1003\n");
        directory.Lines("links.csv")[0].ShouldBe(
            "trial,model,training_seed,policy,condition,repeat,from,to,asked_loss,realised_loss,asked_duplicate,realised_duplicate,"
            + "asked_corrupt,realised_corrupt,asked_reorder,realised_reorder,latency_asked_mean_ms,latency_mean_ms,latency_stddev_ms,"
            + "messages_sent,delivered,lost,duplicated,corrupted,reordered,"
            + "dropped_link_down,dropped_receiver_down,control_messages,bytes,busy_share,dropped_queue,packets_lost,burst_length_mean");
        directory.Lines("links.csv")[1].ShouldBe(
            key + "coordinator,node-1,0.1,0.09473684210526316,0.05,0.05555555555555555,0,0.023255813953488372,0,0.046511627906976744,"
            + "5,5.25,0.5,100,80,9,5,2,3,10,4,90,1000,0.25,0,12,1.5");
        directory.Text("training.csv").ShouldBe(
            "model,training_seed,policy,condition,repeat,epoch,step,loss,class_loss,position_loss,learning_rate,"
            + "top1_sequential,top1_arbitrary,top1_validation,steps_hit,layers_skipped,steps_repeated\n"
            + "shuffled,0,,,,1,79,2.25,2.125,,0.001,0.5,0.1,,,,\n");
        directory.Lines("summary.csv")[0].ShouldStartWith(
            "model,policy,condition,routing_order,network_loss,routing_order_value,network_loss_value,base_condition,training_seeds,repeats,requests,"
            + "top1_mean,top1_std_seeds,top1_std_repeats,top1_ci_low,top1_ci_high,top1_n,top1_completed_mean");
        directory.Lines("summary.csv")[1]
            .ShouldStartWith("shuffled,default,\"loss-5[routing.order=arbitrary,network.loss=1%]\",arbitrary,1%,,0.01,loss-5,1,1,3,0.5,,,");
    }

    /// <summary>The culture, or where the machine has no culture data one that writes numbers as strangely.</summary>
    private static CultureInfo Culture(string name)
    {
        try
        {
            return CultureInfo.GetCultureInfo(name);
        }
        catch (CultureNotFoundException)
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "~", NaNSymbol = "keine" };
            culture.TextInfo.ListSeparator = ";";
            return culture;
        }
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    public void Another_culture_writes_the_same_bytes(string culture)
    {
        using var reference = new TemporaryDirectory();
        using var other = new TemporaryDirectory();
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            WriteSample(reference.Path);
            CultureInfo.CurrentCulture = Culture(culture);
            WriteSample(other.Path);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        foreach (var file in Directory.GetFiles(reference.Path).Select(Path.GetFileName))
            File.ReadAllBytes(other.File(file!)).ShouldBe(File.ReadAllBytes(reference.File(file!)), file);
    }

    [Fact]
    public void Files_without_rows_have_their_header_and_no_byte_order_mark()
    {
        using var directory = new TemporaryDirectory();
        using (new ResultsWriter(directory.Path, 0, "empty", []))
        {
        }
        foreach (var file in (string[])["conditions.csv", "requests.csv", "hops.csv", "faults.csv", "links.csv", "training.csv"])
        {
            directory.Lines(file).Length.ShouldBe(1, file);
            File.ReadAllBytes(directory.File(file))[0].ShouldBe(file == "training.csv" ? (byte)'m' : (byte)'t');
        }
    }

    [Fact]
    public void A_number_that_is_none_is_blank()
    {
        using var directory = new TemporaryDirectory();
        using (var writer = new ResultsWriter(directory.Path, 0, "nan", []))
            writer.WriteTraining([new TrainingRecord("m", 0, 1, 1, double.NaN, double.PositiveInfinity, null, 1e-7, 0, 0)]);
        directory.Lines("training.csv")[1].ShouldBe("m,0,,,,1,1,,,,1E-07,0,0,,,,");
    }

    [Fact]
    public void A_trial_without_its_swept_values_is_refused_and_leaves_nothing()
    {
        using var directory = new TemporaryDirectory();
        using (var writer = new ResultsWriter(directory.Path, 0, "x", Keys))
            Should.Throw<ArgumentException>(() => writer.WriteTrial(Sample.Trial(), new Dictionary<string, string>())).Message.ShouldContain("routing.order");
        directory.Lines("requests.csv").Length.ShouldBe(1);
    }
}
