# Draws readers.dat, which shm_bench --rows readers --charts writes into this folder.
set terminal svg noenhanced size 860,460 font "sans-serif,13" background "white"
set border 3 lc rgb "#606060"
set tics nomirror
set grid lc rgb "#d8d8d8" lw 1
unset key

set output "readers.svg"
set title "One topic, one writer: time a message and reader, median and middle half"
set logscale x 2
set xrange [0.8:80]
set yrange [0:*]
set xlabel "readers"
set format y "%.0f ns"
plot "readers.dat" using 1:2:3:4 with yerrorlines lc rgb "#c0392b" lw 2 pt 7 ps 0.7
