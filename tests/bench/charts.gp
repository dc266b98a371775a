# Draws the tables that shm_bench --charts writes into this folder.
set terminal svg noenhanced size 860,460 font "sans-serif,13" background "white"
set border 3 lc rgb "#606060"
set tics nomirror
set grid lc rgb "#d8d8d8" lw 1

colors = "#c0392b #e67e22 #8e44ad #2c3e50 #2980b9 #16a085 #27ae60 #7f8c8d #b8860b"

set output "throughput.svg"
set title "Messages a second, one writer, one reader: median and middle half"
set logscale xy
set xrange [40:1.6e6]
set xtics ("64 B" 64, "1 KiB" 1024, "64 KiB" 65536, "1 MiB" 1048576)
set format y "%.0s%c"
set key below maxrows 3 samplen 1.5
plot for [i=0:8] "throughput.dat" index i using 1:2:3:4 with yerrorlines \
  lc rgb word(colors, i + 1) lw (i < 3 ? 3 : 1.5) pt 7 ps 0.5 title columnheader(1)

unset logscale
unset key
set output "latency.svg"
set title "64 bytes one way, both sides spinning: from the median to the 99th percentile"
set logscale x
set format x "%.0s %cs"
set format y "%s"
set xtics autofreq
set xrange [1e-7:1e-2]
set yrange [*:*] reverse
set offsets 0, 0, 0.5, 0.5
plot "latency.dat" using ($2*1e-9):0:($2*1e-9):($5*1e-9):ytic(1) with xerrorbars lc rgb "#c0392b" lw 2 pt 7 ps 0.9

set output "wake.svg"
set title "64 bytes one way, the reader asleep: from the median to the 99th percentile"
plot "paced.dat" using ($2*1e-9):0:($2*1e-9):($5*1e-9):ytic(1) with xerrorbars lc rgb "#c0392b" lw 2 pt 7 ps 0.9
