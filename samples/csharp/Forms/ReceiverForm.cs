using System;
using System.Text;
using System.Windows.Forms;

namespace ShmBroker.Samples
{
    /// <summary>
    /// Shows what comes through a channel, told by window message: receiver_form [CHANNEL].
    /// </summary>
    public sealed class ReceiverForm : Form
    {
        private const int MessagesPerTurn = 200;
        private const int MostRows = 10000;

        private readonly ListBox list = new ListBox { Dock = DockStyle.Fill, IntegralHeight = false };
        private readonly Timer goOn = new Timer { Interval = 10 };
        private readonly ShmChannel channel;
        private readonly ShmNotifyWindow notify;
        private long received;

        private ReceiverForm(string name)
        {
            Text = $"{name} - Receiver";
            Controls.Add(list);
            channel = new ShmChannel(name, ShmAccess.Read);
            notify = new ShmNotifyWindow(channel);
            notify.Readable += (sender, e) => ShowNew();
            goOn.Tick += (sender, e) => ShowNew();
        }

        protected override void OnFormClosed(FormClosedEventArgs e)
        {
            goOn.Dispose();
            notify.Dispose();
            channel.Dispose();
            base.OnFormClosed(e);
        }

        [STAThread]
        private static void Main(string[] args)
        {
            Application.EnableVisualStyles();
            try
            {
                Application.Run(new ReceiverForm(args.Length > 0 ? args[0] : "MapName"));
            }
            catch (ShmException error)
            {
                MessageBox.Show(error.Message, "Receiver", MessageBoxButtons.OK, MessageBoxIcon.Error);
            }
        }

        // Shows what there is, but not for ever: where a sender is faster than the window, the rest is left to a
        // timer, which comes after keys, mouse and painting. The next notification comes only after a read has
        // found nothing.
        private void ShowNew()
        {
            goOn.Stop();
            list.BeginUpdate();
            try
            {
                for (int i = 0; i < MessagesPerTurn; i++)
                {
                    if (!channel.TryRead(out ShmMessage message) || message.News == ShmNews.Unchanged) return;
                    Add(message);
                }
                goOn.Start();
            }
            catch (ShmException error) when (error.Status == ShmStatus.Overtaken)
            {
                goOn.Start(); // the next message tells of the loss
            }
            catch (ShmException error)
            {
                Add(error.Message);
            }
            finally
            {
                list.EndUpdate();
            }
        }

        private void Add(ShmMessage message)
        {
            received++;
            if (message.News == ShmNews.Lost) Add($"(messages before number {received} were lost)");
            bool isAgain = message.News == ShmNews.Redelivered;
            string again = isAgain ? "(again: its last reader died or gave it back) " : "";
            Add(again + Encoding.Unicode.GetString(message.Data));
        }

        private void Add(string row)
        {
            if (list.Items.Count == MostRows) list.Items.RemoveAt(0);
            list.Items.Add(row);
        }
    }
}
